// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/theme.h"

#include <QtTest>
#include <algorithm>
#include <array>
#include <cmath>

using namespace poolscope;

namespace {

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

/// How eyes see linear RGB: G. Machado and others, A Physiologically-based Model for Simulation of
/// Color Vision Deficiency, 2009, severity 1.
struct Eyes {
    const char *name;
    Matrix seen;
};
constexpr std::array allEyes{
    Eyes{"three kinds of cones", {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}},
    Eyes{"protanopia",
        {{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216},
            {-0.003882, -0.048116, 1.051998}}}},
    Eyes{"deuteranopia",
        {{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413},
            {-0.011820, 0.042940, 0.968881}}}},
    Eyes{"tritanopia",
        {{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602},
            {0.004733, 0.691367, 0.303900}}}},
};

double linear(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

Vector times(const Matrix &matrix, const Vector &vector)
{
    Vector result{};
    for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t column = 0; column < 3; ++column)
            result[row] += matrix[row][column] * vector[column];
    }
    return result;
}

Vector linearOf(const QColor &colour)
{
    return {linear(colour.redF()), linear(colour.greenF()), linear(colour.blueF())};
}

/// CIELAB, white being D65.
Vector labOf(const QColor &colour, const Eyes &eyes)
{
    Vector rgb = times(eyes.seen, linearOf(colour));
    for (double &channel : rgb)
        channel = std::clamp(channel, 0.0, 1.0);
    constexpr Matrix toXyz{
        {{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}};
    constexpr Vector white{0.95047, 1, 1.08883};
    Vector f = times(toXyz, rgb);
    for (std::size_t i = 0; i < 3; ++i) {
        const double share = f[i] / white[i];
        f[i] = share > 0.008856 ? std::cbrt(share) : 7.787 * share + 16.0 / 116;
    }
    return {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

double difference(const QColor &a, const QColor &b, const Eyes &eyes)
{
    const Vector one = labOf(a, eyes);
    const Vector other = labOf(b, eyes);
    return std::hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}

/// As the Web Content Accessibility Guidelines define it.
double contrast(const QColor &a, const QColor &b)
{
    const auto luminance = [](const QColor &colour) {
        const Vector rgb = linearOf(colour);
        return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
    };
    const auto [darker, lighter] = std::minmax({luminance(a), luminance(b)});
    return (lighter + 0.05) / (darker + 0.05);
}

constexpr std::array kinds{Theme::Kind::Light, Theme::Kind::Dark};
constexpr std::uint32_t colours = 5;

} // namespace

class ThemeTest : public QObject {
    Q_OBJECT

private slots:
    void aFailureIsToldFromEveryWorkerByAllEyes()
    {
        constexpr double clearly = 20; // 2.3 is just noticeable
        for (const Theme::Kind kind : kinds) {
            const Theme theme = Theme::of(kind);
            for (const Eyes &eyes : allEyes) {
                for (WorkerId worker{1}; numberOf(worker) <= colours; ++worker) {
                    const double found = difference(theme.failure, theme.worker(worker), eyes);
                    QVERIFY2(found > clearly,
                        qPrintable(QStringLiteral("%1, worker %2: %3")
                                       .arg(eyes.name)
                                       .arg(numberOf(worker))
                                       .arg(found)));
                }
                for (const QColor &ground : {theme.surface, theme.track, theme.starting})
                    QVERIFY(difference(theme.failure, ground, eyes) > clearly);
            }
        }
    }

    void textIsReadable()
    {
        constexpr double enough = 4.5;
        for (const Theme::Kind kind : kinds) {
            const Theme theme = Theme::of(kind);
            for (const QColor &text : {theme.text, theme.muted, theme.failure}) {
                for (const QColor &ground : {theme.surface, theme.raised, theme.window})
                    QVERIFY2(contrast(text, ground) > enough,
                        qPrintable(text.name() + " on " + ground.name() + ": "
                            + QString::number(contrast(text, ground))));
            }
        }
    }

    void workersComeRoundAgain()
    {
        for (const Theme::Kind kind : kinds) {
            const Theme theme = Theme::of(kind);
            QCOMPARE(theme.worker(workerOf(colours)), theme.worker(WorkerId{1}));
            for (WorkerId worker{2}; numberOf(worker) <= colours; ++worker)
                QVERIFY(theme.worker(worker) != theme.worker(WorkerId{1}));
        }
    }
};

QTEST_APPLESS_MAIN(ThemeTest)
#include "theme_test.moc"
