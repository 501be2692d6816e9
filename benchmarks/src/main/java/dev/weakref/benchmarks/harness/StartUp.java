package dev.weakref.benchmarks.harness;

import dev.weakref.benchmarks.measurement.IdleApplication;
import dev.weakref.benchmarks.measurement.Ratio;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Starts an application that uses nothing of the library, in turn with the starter and without it, and prints what that
 * takes of the processor and how many classes it loads.
 *
 * @param classPath of the application; files whose names begin with {@code weakref-} are those of the starter
 * @param rounds how often it is started with, and how often without
 */
public record StartUp(List<String> classPath, int rounds, PrintStream out) {

    private static final int ROUNDS = 15;
    private static final double NANOS_IN_A_MILLISECOND = 1e6;
    private static final Pattern FIGURES = Pattern.compile(Pattern.quote(IdleApplication.MARK) + "(\\d+) (\\d+)");

    /**
     * Prints what both take.
     *
     * @param arguments the class path of the application
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        new StartUp(List.of(arguments[0].split(File.pathSeparator)), ROUNDS, System.out).measure();
    }

    /** Measures, and prints a row for the processor time in milliseconds and one for the classes. */
    public void measure() throws IOException, InterruptedException {
        String with = String.join(File.pathSeparator, classPath);
        String without = classPath.stream()
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("weakref-"))
                .collect(Collectors.joining(File.pathSeparator));
        double[][] before = new double[2][rounds];
        double[][] after = new double[2][rounds];
        for (int round = 0; round < rounds; round++) {
            if (round % 2 == 0) {
                start(without, round, before);
                start(with, round, after);
            } else {
                start(with, round, after);
                start(without, round, before);
            }
        }
        print("processor time of the start, ms", before[0], after[0]);
        print("classes loaded at the start", before[1], after[1]);
    }

    private static void start(String classPath, int round, double[][] figures)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        IdleApplication.class.getName(),
                        "--server.port=0")
                .redirectErrorStream(true)
                .start();
        List<String> lines = process.inputReader().lines().toList();
        process.waitFor();
        Matcher figure = lines.stream()
                .map(FIGURES::matcher)
                .filter(Matcher::matches)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("The application has not started: " + lines));
        figures[0][round] = Double.parseDouble(figure.group(2)) / NANOS_IN_A_MILLISECOND;
        figures[1][round] = Double.parseDouble(figure.group(1));
    }

    private void print(String row, double[] without, double[] with) {
        double[] more = new double[rounds];
        Arrays.setAll(more, round -> with[round] - without[round]);
        out.printf(
                "%s | %s | %s | %s | %s%n",
                row, Ratio.of(without), Ratio.of(with), Ratio.of(with, without), Ratio.of(more));
    }
}
