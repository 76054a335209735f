// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/pages/timepage.h"

#include "charts/caption.h"
#include "charts/figuretext.h"
#include "report/summary.h"
#include "report/verdicttext.h"
#include "report/verificationtext.h"
#include "report/watchverificationtext.h"
#include "window/chartcard.h"
#include "window/forms/keptcommands.h"
#include "window/look.h"
#include "window/pages/experimenttext.h"

#include <QHBoxLayout>
#include <QMessageBox>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

namespace poolscope {

namespace {

/// Whether any advised change is to a setting of a pool.
bool canBeSet(const Verdict &verdict)
{
    return std::any_of(verdict.advice.begin(), verdict.advice.end(), [](const Change &change) {
        return change.setting == Change::Setting::Chunk || change.setting == Change::Setting::Window
            || change.setting == Change::Setting::Workers
            || change.setting == Change::Setting::Start;
    });
}

constexpr int leastChartHeight = 15 * gridUnit;

/// Whether any advised change can be made in the spec of the run.
bool canApply(const Verdict &verdict, const RunRecord &record)
{
    return specOf(record.origin) && canBeSet(verdict);
}

QString adviceText(const Verdict &verdict)
{
    QStringList changes;
    for (const Change &change : verdict.advice)
        changes << QString::fromStdString(changeText(change));
    return changes.join(u' ');
}

/// Returns the advised changes that can be made from outside to a call in a watched command.
std::vector<CallChange> callChanges(const Verdict &verdict)
{
    const auto *found = std::get_if<evidence::OfCall>(&verdict.evidence);
    return found ? changesOf(found->call, found->chunk, found->processes)
                 : std::vector<CallChange>();
}

/// Returns a sentence on the number of inputs of the runs. Empty if they had all.
QString inputsText(const Verification &verification)
{
    if (verification.inputs == verification.allInputs)
        return {};
    return QObject::tr("Each run had the first %1 of %2 inputs, to take no longer than %3 s.")
        .arg(figureText(Count{verification.inputs}), figureText(Count{verification.allInputs}))
        .arg(Verifier::longestRun);
}

} // namespace

TimePage::TimePage(
    ChartCard *card, AccountingChart *chart, const RunController &controller, QWidget *parent)
    : QWidget(parent)
    , m_chart(chart)
    , m_text(new QLabel)
    , m_apply(new QPushButton(tr("&Apply")))
    , m_verify(new QPushButton)
    , m_verification(new QLabel)
    , m_controller(controller)
{
    m_text->setObjectName(QStringLiteral("verdict"));
    m_text->setAccessibleDescription(tr("Verdict"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_apply->setObjectName(QStringLiteral("applyAdvice"));
    m_apply->setAccessibleName(tr("Apply the advice"));
    m_verify->setObjectName(QStringLiteral("verifyAdvice"));
    m_verification->setObjectName(QStringLiteral("verification"));
    m_verification->setAccessibleDescription(tr("Verification"));
    m_verification->setTextFormat(Qt::PlainText);
    m_verification->setWordWrap(true);
    m_verification->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_verification->setContentsMargins(gridUnit * 3 / 2, gridUnit / 2, gridUnit * 3 / 2, 0);
    m_verification->hide();
    auto *line = new QHBoxLayout;
    line->setContentsMargins(gridUnit * 3 / 2, gridUnit, gridUnit * 3 / 2, 0);
    line->setSpacing(gridUnit);
    line->addWidget(m_text, 1);
    line->addWidget(m_apply, 0, Qt::AlignTop);
    line->addWidget(m_verify, 0, Qt::AlignTop);
    card->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Ignored);
    card->setMinimumHeight(leastChartHeight);
    auto *content = new QWidget;
    content->setObjectName(QStringLiteral("panel"));
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(line);
    layout->addWidget(m_verification);
    layout->addWidget(card, 1);
    auto *scrolled =
        new QScrollArea; // a long text and a chart may need more room than the page has
    scrolled->setWidgetResizable(true);
    scrolled->setFrameShape(QFrame::NoFrame);
    scrolled->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scrolled->setFocusPolicy(Qt::NoFocus);
    scrolled->setWidget(content);
    auto *page = new QVBoxLayout(this);
    page->setContentsMargins(0, 0, 0, 0);
    page->addWidget(scrolled);
    connect(m_apply, &QPushButton::clicked, this, &TimePage::apply);
    connect(m_verify, &QPushButton::clicked, this, &TimePage::verify);
    connect(m_chart, &Chart::figureChanged, this, &TimePage::showVerdict);
    connectVerifiers();
    showVerdict();
}

void TimePage::connectVerifiers()
{
    const Experiment &experiment = m_verifier.experiment();
    connect(&experiment, &Experiment::activityChanged, this, &TimePage::showActivity);
    connect(&experiment, &Experiment::progressed, this, &TimePage::showVerifying);
    connect(&m_verifier, &Verifier::verified, this, [this](const Verification &verification) {
        say((QString::fromStdString(verificationText(verification)) + u' '
            + inputsText(verification))
                .trimmed());
    });
    connect(&experiment, &Experiment::ended, this, [this](const ExperimentEnd &end) {
        if (!end.error.empty())
            emit failed(QString::fromStdString(end.error), QString::fromStdString(end.detail));
    });
    connect(&m_watchVerifier, &WatchVerifier::activityChanged, this, &TimePage::showActivity);
    connect(&m_watchVerifier, &WatchVerifier::verified, this,
        [this](const WatchVerification &verification) {
            say(QString::fromStdString(verificationText(verification)));
        });
    connect(&m_watchVerifier, &WatchVerifier::failed, this,
        [this](const QString &why) { emit failed(why, {}); });
}

/// Shows that a verification has begun or ended.
void TimePage::showActivity()
{
    say({});
    showVerdict();
    emit verifyingChanged();
}

void TimePage::stopVerifying()
{
    m_verifier.experiment().stop();
    m_watchVerifier.stop();
}

void TimePage::setBusy(bool busy)
{
    m_busy = busy;
    showVerdict();
}

void TimePage::showVerdict()
{
    const Verdict *verdict = m_chart->verdict();
    m_text->setText(verdict ? QString::fromStdString(verdictText(*verdict))
                            : tr("When a run has ended, a verdict appears here: where its time "
                                 "went, and what to change."));
    const bool possible = verdict && canApply(*verdict, *m_chart->record());
    const auto changes = verdict ? callChanges(*verdict) : std::vector<CallChange>();
    m_apply->setVisible(possible || !changes.empty());
    m_apply->setEnabled(!m_busy && !isVerifying());
    m_apply->setToolTip(!changes.empty()
            ? tr("Watch the command with %1 from now on; the script stays as it is")
                  .arg(QString::fromStdString(changesText(changes)))
            : possible ? tr("Use %1 for the next run").arg(adviceText(*verdict))
                       : QString());
    m_verify->setVisible(
        !changes.empty() || (possible && !isReadOnce(specOf(m_chart->record()->origin)->input)));
    showVerifying();
    if (!verdict) { // the text is on the advice of another run
        stopVerifying();
        say({});
    }
}

void TimePage::showVerifying()
{
    const bool verifying = isVerifying();
    m_verify->setText(verifying ? tr("Sto&p") : tr("&Verify"));
    m_verify->setAccessibleName(verifying ? tr("Stop verifying") : tr("Verify the advice"));
    m_verify->setToolTip(verifying     ? tr("Stop verifying; its measurements are discarded")
            : m_controller.shownCall() ? tr("Run the command once unchanged and once with the "
                                            "advised change, and compare")
                                       : tr("Run the present setting and the advised one in turn, "
                                            "three times each, and compare the gain with the "
                                            "prediction"));
    m_verify->setEnabled(verifying || !m_busy);
    if (m_watchVerifier.isActive())
        say(m_watchVerifier.progressText());
    else if (verifying)
        say(experimentText(m_verifier.experiment().progress()));
}

void TimePage::say(const QString &text)
{
    m_verification->setText(text);
    m_verification->setVisible(!text.isEmpty());
}

void TimePage::apply()
{
    const Verdict *verdict = m_chart->verdict();
    if (!verdict)
        return;
    if (const auto changes = callChanges(*verdict); !changes.empty()) {
        emit applyChangesWanted(changes);
    } else if (canApply(*verdict, *m_chart->record())) {
        emit applyWanted(changed(*specOf(m_chart->record()->origin), verdict->advice));
    }
}

void TimePage::verify()
{
    const Verdict *verdict = m_chart->verdict();
    if (isVerifying() || !verdict) {
        stopVerifying();
    } else if (const auto changes = callChanges(*verdict); !changes.empty()) {
        const WatchRequest command = m_controller.shownCommand();
        const auto &found = std::get<evidence::OfCall>(verdict->evidence);
        const WatchVerifier::Request request{command, changes,
            std::get<WatchedCall>(m_chart->record()->origin), m_controller.numberOfCall(),
            found.expected, found.call.rate()};
        if (confirmCommand(command, changes))
            m_watchVerifier.start(request);
    } else if (canApply(*verdict, *m_chart->record())) {
        const RunRecord &record = *m_chart->record();
        const RunSpec &spec = *specOf(record.origin);
        m_verifier.start({spec, changed(spec, verdict->advice), verdict->gain,
            verdict->countsStartUp, rateOf(record.timeline)});
    }
}

bool TimePage::confirmCommand(const WatchRequest &command, const std::vector<CallChange> &changes)
{
    QMessageBox box(QMessageBox::NoIcon, tr("Verify the advice"),
        tr("Run the command twice: once unchanged, and once with %1?")
            .arg(QString::fromStdString(changesText(changes))),
        QMessageBox::NoButton, this);
    const Duration elapsed = m_controller.commandElapsed();
    const QString time = elapsed > Duration()
        ? tr("It took %1, so this takes about %2. ")
              .arg(figureText(elapsed), figureText(2 * elapsed))
        : QString();
    box.setInformativeText(tr("%1\n\n%2Whatever the command does, it does twice. What it prints is "
                              "dropped.")
                               .arg(commandLine(command.words), time));
    QPushButton *run = box.addButton(tr("Run it twice"), QMessageBox::AcceptRole);
    box.setDefaultButton(run);
    box.addButton(QMessageBox::Cancel);
    box.exec();
    return box.clickedButton() == run;
}

} // namespace poolscope
