package dev.weakref.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A program of the suite in a JVM of its own. One that does not end in time is killed, and its threads are shown. */
final class Child {

    /** Far more than any of them needs, also on a busy machine: a program notices by itself that a step of it hangs. */
    private static final long DEADLINE_MINUTES = 30;

    private static final long DUMP_SECONDS = 20;

    private final Class<?> program;
    private final List<String> arguments = new ArrayList<>();
    private final List<String> options = new ArrayList<>();
    private String classPath = Options.CORE.toAbsolutePath() + ":" + suite();
    private long deadlineMillis = TimeUnit.MINUTES.toMillis(DEADLINE_MINUTES);
    private @Nullable Consumer<Process> atReady;

    /**
     * How it has ended.
     *
     * @param code its exit code, or -1 if it was killed
     * @param output what it printed, errors among it, and the stacks of its threads if it was killed
     * @param endedAt when it ended, in milliseconds of {@link System#currentTimeMillis()}
     */
    record End(int code, List<String> output, long endedAt) {

        boolean passed() {
            return code == 0;
        }

        /** Its last line, or what there is instead. */
        String verdict() {
            List<String> verdicts =
                    output.stream().filter(line -> line.startsWith("VERDICT ")).toList();
            return code == -1
                    ? "does not end"
                    : verdicts.isEmpty() ? "ended with code " + code : verdicts.get(verdicts.size() - 1);
        }

        long count(String line) {
            return output.stream().filter(line::equals).count();
        }
    }

    private Child(Class<?> program) {
        this.program = program;
    }

    static Child of(Class<?> program, Object... arguments) {
        Child child = new Child(program);
        for (Object argument : arguments) {
            child.arguments.add(argument.toString());
        }
        return child;
    }

    /** Options of the JVM. */
    Child with(String... more) {
        options.addAll(List.of(more));
        return this;
    }

    Child classPath(Path core) {
        classPath = core + ":" + suite();
        return this;
    }

    Child deadlineSeconds(long seconds) {
        deadlineMillis = TimeUnit.SECONDS.toMillis(seconds);
        return this;
    }

    /** What to do when the program has printed {@code READY}. */
    Child atReady(Consumer<Process> action) {
        atReady = action;
        return this;
    }

    /** Where the suite itself was compiled to. */
    static Path suite() {
        return Path.of(System.getProperty("weakref.faults.suite", "target/test-classes"))
                .toAbsolutePath();
    }

    /** Runs them, some at a time; how they ended, in the same order. */
    static List<End> runAll(List<Child> children) {
        return runAll(children, Options.AT_A_TIME);
    }

    /** Runs them one after the other, where it counts how fast they are. */
    static List<End> runOneByOne(List<Child> children) {
        return runAll(children, 1);
    }

    static List<End> runAll(List<Child> children, int atATime) {
        ExecutorService some = Executors.newFixedThreadPool(atATime);
        try {
            List<Callable<End>> tasks = new ArrayList<>();
            children.forEach(child -> tasks.add(child::run));
            List<End> ends = new ArrayList<>();
            for (Future<End> each : some.invokeAll(tasks)) {
                ends.add(each.get());
            }
            return ends;
        } catch (InterruptedException | ExecutionException failure) {
            throw new IllegalStateException(failure);
        } finally {
            some.shutdownNow();
        }
    }

    private End run() throws IOException, InterruptedException {
        Path file = Files.createTempFile("weakref-faults", ".out");
        try {
            Process process = start(file);
            boolean ended = await(process, file);
            long endedAt = System.currentTimeMillis();
            if (!ended) {
                dump(process, file);
                process.destroyForcibly().waitFor();
            }
            return new End(ended ? process.exitValue() : -1, lines(file), endedAt);
        } finally {
            Files.delete(file);
        }
    }

    private Process start(Path output) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(java("java"));
        command.addAll(options);
        command.add("-Dweakref.faults.deadline=" + Verdict.DEADLINE_MILLIS / 1000);
        command.addAll(List.of("-cp", classPath, program.getName()));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    private boolean await(Process process, Path output) throws InterruptedException, IOException {
        long begin = System.nanoTime();
        Consumer<Process> action = atReady;
        while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
            if (action != null && lines(output).contains("READY")) {
                action.accept(process);
                action = null;
            }
            if (System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(deadlineMillis)) {
                return false;
            }
        }
        return true;
    }

    private static void dump(Process process, Path output) throws IOException, InterruptedException {
        Process dump = new ProcessBuilder(java("jcmd"), String.valueOf(process.pid()), "Thread.print")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
        if (!dump.waitFor(DUMP_SECONDS, TimeUnit.SECONDS)) {
            dump.destroyForcibly();
        }
    }

    private static String java(String tool) {
        return Options.JDK.resolve("bin").resolve(tool).toString();
    }

    private static List<String> lines(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
