package dev.weakref.benchmarks.report;

import dev.weakref.benchmarks.measurement.Ratio;
import java.util.List;
import java.util.Locale;

/** Draws what can be read in a light page and in a dark one. */
final class Chart {

    private static final int WIDTH = 760;
    private static final int LEFT = 200;
    private static final int RIGHT = 60;
    private static final int LINE = 20;
    private static final int PLOT = 260;
    private static final List<String> COLOURS =
            List.of("#2f81f7", "#d29922", "#3fa35b", "#db61a2", "#a371f7", "#e5534b", "#39a0a0", "#8b949e");

    private final StringBuilder svg = new StringBuilder();
    private int height;

    private Chart() {}

    /** Something with a name and one value for each place; {@code NaN} where there is none. */
    record Series(String name, List<Double> values) {}

    /** A group of bars for each label, with one bar of each series. */
    static String bars(String title, List<String> labels, List<Series> series) {
        Chart chart = new Chart();
        chart.legend(title, series);
        double most = most(series);
        for (int label = 0; label < labels.size(); label++) {
            chart.text(LEFT - 8, chart.height + LINE * 0.7, "end", labels.get(label));
            for (int i = 0; i < series.size(); i++) {
                double value = series.get(i).values.get(label);
                if (!Double.isNaN(value)) {
                    chart.bar(i, value, most);
                }
            }
            chart.height += LINE / 2;
        }
        return chart.end();
    }

    /**
     * A line for each series, over places that stand side by side.
     *
     * @param least where the vertical axis begins; it is logarithmic unless that is 0
     */
    static String lines(String title, List<String> places, List<Series> series, double least) {
        Chart chart = new Chart();
        chart.legend(title, series);
        double most = most(series);
        int top = chart.height + LINE / 2;
        int bottom = top + PLOT;
        for (int tick = 0; tick <= 4; tick++) {
            double y = bottom - PLOT * tick / 4.0;
            chart.add("<line class='axis' x1='%d' y1='%.1f' x2='%d' y2='%.1f'/>", LINE * 3, y, WIDTH - RIGHT, y);
            chart.text(
                    LINE * 3 - 6,
                    y + 4,
                    "end",
                    Ratio.show(least == 0 ? most * tick / 4 : least * Math.pow(most / least, tick / 4.0)));
        }
        int every = 1 + places.size() / 13;
        for (int place = 0; place < places.size(); place += every) {
            chart.text(x(place, places.size()), bottom + LINE, "middle", places.get(place));
        }
        for (int i = 0; i < series.size(); i++) {
            StringBuilder points = new StringBuilder();
            List<Double> values = series.get(i).values;
            for (int place = 0; place < values.size(); place++) {
                if (!Double.isNaN(values.get(place))) {
                    double value = values.get(place);
                    double part = least == 0 ? value / most : Math.log(value / least) / Math.log(most / least);
                    double y = bottom - PLOT * part;
                    points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(place, places.size()), y));
                }
            }
            chart.add("<polyline points='%s' stroke='%s'/>", points.toString().trim(), colour(i));
        }
        chart.height = bottom + LINE * 2;
        return chart.end();
    }

    private static double x(int place, int places) {
        return LINE * 3 + (WIDTH - RIGHT - LINE * 3) * place / Math.max(1.0, places - 1);
    }

    private static double most(List<Series> series) {
        return series.stream()
                .flatMap(each -> each.values.stream())
                .mapToDouble(Double::doubleValue)
                .filter(value -> !Double.isNaN(value))
                .max()
                .orElse(1);
    }

    private static String colour(int series) {
        return COLOURS.get(series % COLOURS.size());
    }

    private void legend(String title, List<Series> series) {
        add("<text class='title' x='10' y='20'>%s</text>", title);
        int x = 10;
        height = LINE * 2;
        for (int i = 0; i < series.size(); i++) {
            int width = 24 + 7 * series.get(i).name.length();
            if (x + width > WIDTH) {
                x = 10;
                height += LINE;
            }
            add("<rect x='%d' y='%d' width='10' height='10' fill='%s'/>", x, height - 9, colour(i));
            text(x + 15, height, "start", series.get(i).name);
            x += width;
        }
        height += LINE / 2;
    }

    private void bar(int series, double value, double most) {
        double width = (WIDTH - LEFT - RIGHT) * value / most;
        add("<rect x='%d' y='%d' width='%.1f' height='%d' fill='%s'/>", LEFT, height, width, LINE - 6, colour(series));
        text(LEFT + width + 5, height + 11, "start", Ratio.show(value));
        height += LINE - 5;
    }

    private void text(double x, double y, String anchor, String text) {
        add("<text x='%.1f' y='%.1f' text-anchor='%s'>%s</text>", x, y, anchor, text);
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private String end() {
        return """
                <svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' width='%d'>
                <style>
                text { font: 12px system-ui, sans-serif; fill: #24292f }
                .title { font-weight: 600; font-size: 14px }
                .axis { stroke: #8b949e; stroke-width: 0.5 }
                polyline { fill: none; stroke-width: 2 }
                @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }
                </style>
                """.formatted(WIDTH, height + LINE, WIDTH) + svg + "</svg>\n";
    }
}
