// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/htmlreport.h"

#include "text/utf8.h"

namespace poolscope {

namespace {

constexpr std::string_view style = R"(
:root { color-scheme: light dark; --page: #eef1f4; --surface: #ffffff; --border: #d5dbe1;
  --text: #18222c; --muted: #5b6875; --accent: #0072b2; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 24px 16px; }
h1 { font-size: 26px; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 0 0 8px; }
p { margin: 0 0 8px; overflow-wrap: anywhere; }
p.subtitle { color: var(--muted); margin-bottom: 16px; }
section { background: var(--surface); border: 1px solid var(--border); border-radius: 6px;
  padding: 16px; margin: 0 0 16px; }
figure { margin: 0; }
figure svg { width: 100%; height: auto; display: block; }
.dark { display: none; }
.table { overflow-x: auto; margin-top: 8px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: 4px 12px 4px 0;
  border-bottom: 1px solid var(--border); overflow-wrap: anywhere; white-space: pre-wrap; }
th { color: var(--muted); font-weight: 600; }
.facts { width: auto; }
.facts th, .facts td { border: none; padding: 2px 24px 2px 0; font-weight: normal; }
.facts th { white-space: nowrap; }
.right { text-align: right; font-variant-numeric: tabular-nums; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere;
  font: 13px/1.4 ui-monospace, "DejaVu Sans Mono", monospace; }
@media screen and (prefers-color-scheme: dark) {
  :root { --page: #10161c; --surface: #171f27; --border: #303c47; --text: #e6ecf1;
    --muted: #9aa8b5; --accent: #56b4e9; }
  .both .light { display: none; }
  .both .dark { display: block; }
}
@media print {
  :root { color-scheme: light; }
  @page { margin: 15mm; }
  body { background: none; font-size: 10pt; }
  main { max-width: none; padding: 0; }
  section { border: none; padding: 0 0 4mm; }
  h2, figure, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
}
)";

constexpr std::string_view replacement = "\uFFFD";

/// Returns a UTF-8 character as XML, or the replacement if XML does not have it.
std::string_view escaped(std::string_view character)
{
    switch (character.front()) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\t':
    case '\n':
        return character;
    default:
        break;
    }
    const auto first = static_cast<unsigned char>(character.front());
    const bool isAllowed =
        first >= ' ' && first != 0x7f && character != "\xEF\xBF\xBE" && character != "\xEF\xBF\xBF";
    return isAllowed ? character : replacement;
}

void append(std::string &html, std::string_view open, std::string_view text, std::string_view close)
{
    html += open;
    html += htmlEscaped(text);
    html += close;
}

void appendFacts(std::string &html, const ReportSection &section)
{
    if (section.facts.empty())
        return;
    html += "<table class=\"facts\">\n<tbody>\n";
    for (const auto &[name, figure] : section.facts) {
        append(html, "<tr><th>", name, "</th>");
        append(html, "<td>", figure, "</td></tr>\n");
    }
    html += "</tbody></table>\n";
}

std::string figureOf(const ReportPicture &picture)
{
    const std::string_view light = svgElement(picture.light);
    const std::string_view dark = svgElement(picture.dark);
    if (light.empty())
        return {};
    std::string html;
    append(html, "<figure role=\"img\" aria-label=\"", picture.description, "\"");
    html += dark.empty() ? ">\n" : " class=\"both\">\n";
    html += "<div class=\"light\">" + std::string(light) + "</div>\n";
    if (!dark.empty())
        html += "<div class=\"dark\">" + std::string(dark) + "</div>\n";
    return html + "</figure>\n";
}

void appendTable(std::string &html, const ReportTable &table)
{
    if (table.rows.empty())
        return;
    const auto cell = [&](const char *kind, std::size_t column, const std::string &text) {
        const bool right = table.columns[column].align == ReportTable::Align::Right;
        html += std::string("<") + kind + (right ? " class=\"right\">" : ">");
        append(html, "", text, std::string("</") + kind + ">");
    };
    html += "<div class=\"table\"><table width=\"100%\">\n<thead><tr>";
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        cell("th", i, table.columns[i].title);
    html += "</tr></thead>\n<tbody>\n";
    for (const auto &row : table.rows) {
        html += "<tr>";
        for (std::size_t i = 0; i < row.size() && i < table.columns.size(); ++i)
            cell("td", i, row[i]);
        html += "</tr>\n";
    }
    html += "</tbody></table></div>\n";
}

void appendLines(std::string &html, const std::vector<std::string> &lines)
{
    if (lines.empty())
        return;
    html += "<pre>";
    for (const std::string &line : lines)
        append(html, "", line, "\n");
    html += "</pre>\n";
}

} // namespace

std::string htmlEscaped(std::string_view text)
{
    std::string html;
    html.reserve(text.size());
    const char *at = text.data();
    const char *const end = at + text.size();
    while (at < end) {
        const char *const next = utf8SequenceEnd(at, end);
        const bool isValid = next != at;
        html += isValid ? escaped({at, static_cast<std::size_t>(next - at)}) : replacement;
        at = isValid ? next : at + 1;
    }
    return html;
}

std::string_view svgElement(std::string_view document)
{
    const std::size_t begin = document.find("<svg");
    return begin == std::string_view::npos ? std::string_view() : document.substr(begin);
}

std::string htmlTitle(const ReportData &report)
{
    std::string html;
    append(html, "<h1>", report.title, "</h1>\n");
    append(html, "<p class=\"subtitle\">", report.subtitle, "</p>\n");
    return html;
}

std::string htmlSection(const ReportSection &section, std::string_view picture)
{
    std::string html = "<section>\n";
    append(html, "<h2>", section.heading, "</h2>\n");
    for (const std::string &paragraph : section.paragraphs)
        append(html, "<p>", paragraph, "</p>\n");
    appendFacts(html, section);
    html += picture;
    appendTable(html, section.table);
    appendLines(html, section.lines);
    return html + "</section>\n";
}

std::string htmlReport(const ReportData &report)
{
    std::string html =
        "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n"
        "<head>\n<meta charset=\"utf-8\"/>\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src 'unsafe-inline'; img-src data:\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width\"/>\n";
    append(html, "<title>", report.title, "</title>\n");
    html += "<style>" + std::string(style) + "</style>\n</head>\n<body>\n<main>\n";
    html += htmlTitle(report);
    for (const ReportSection &section : report.sections)
        html += htmlSection(section, figureOf(section.picture));
    return html + "</main>\n</body>\n</html>\n";
}

} // namespace poolscope
