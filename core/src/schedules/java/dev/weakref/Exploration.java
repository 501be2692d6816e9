package dev.weakref;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.ResourceBundle;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import kotlin.Unit;
import org.pastalab.fray.core.TestRunner;
import org.pastalab.fray.core.ThreadContext;
import org.pastalab.fray.core.command.Configuration;
import org.pastalab.fray.core.command.ExecutionInfo;
import org.pastalab.fray.core.command.LambdaExecutor;
import org.pastalab.fray.core.command.NetworkDelegateType;
import org.pastalab.fray.core.command.SystemTimeDelegateType;
import org.pastalab.fray.core.randomness.ControlledRandom;
import org.pastalab.fray.core.randomness.Randomness;
import org.pastalab.fray.core.scheduler.POSScheduler;
import org.pastalab.fray.core.scheduler.Scheduler;

/**
 * Runs a program under many schedules. Fray decides before each volatile access, lock and start of a thread which
 * thread runs next. A failure of any thread fails the test, and so do threads that wait for each other.
 *
 * <p>Waiting takes no time: the clock of the program moves with each look at it, and jumps when all threads wait. So a
 * program ends soon, and a lost signal shows as time that has passed.
 */
public final class Exploration {

    /** How many times as many schedules as in CI. */
    private static final int FACTOR = Integer.getInteger("schedules.factor", 1);

    private static final int SCHEDULES = 200 * FACTOR;
    private static final int SECONDS_AT_MOST = 600 * FACTOR;

    /** So little that the time of a wait is up only if nothing else can run. */
    private static final long NANOS_FOR_EACH_LOOK = 1_000;

    private static final Path REPORTS = Path.of(System.getProperty("schedules.reports", "target/schedules"));

    static {
        useOneProcessor();
        LibraryInitializer.ensure(); // so that it is no part of the first schedule
        WeakRefs.logTo(new Silence()); // its locks would be part of each schedule
    }

    private Exploration() {}

    /** Only one thread runs at a time, and the next one starts several times sooner on the same processor. */
    private static void useOneProcessor() {
        String pid = Long.toString(ProcessHandle.current().pid());
        try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
            String processor = status.filter(line -> line.startsWith("Cpus_allowed_list:"))
                    .map(line -> line.replaceFirst("\\D*(\\d+).*", "$1"))
                    .findFirst()
                    .orElseThrow();
            new ProcessBuilder("taskset", "-acp", processor, pid).start().waitFor();
        } catch (Exception notPossibleHere) {
            // It takes longer then.
        }
    }

    /** Runs it under many schedules; throws what it has thrown under one, of which a recording is left. */
    public static void explore(BackgroundCall.Body program) {
        String name = StackWalker.getInstance()
                .walk(frames -> frames.skip(1).findFirst().orElseThrow())
                .getMethodName();
        PrintStream out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        Configuration configuration = configuration(REPORTS.resolve(name), program);
        Throwable failure;
        try {
            failure = new TestRunner(configuration).run();
        } finally {
            System.setOut(out);
        }
        if (failure != null) {
            throw new AssertionError(
                    "Under the schedule in " + REPORTS.resolve(name).toAbsolutePath(), failure);
        }
    }

    private static Configuration configuration(Path report, BackgroundCall.Body program) {
        LambdaExecutor executor = new LambdaExecutor(() -> {
            run(program);
            return Unit.INSTANCE;
        });
        Seeds seeds = new Seeds();
        return new Configuration(
                new ExecutionInfo(executor, false, false, -1),
                report,
                SCHEDULES,
                SECONDS_AT_MOST,
                new InTurn(0, seeds.next()),
                seeds::next,
                false, // recording of what only one thread could do
                false, // going on after a failure
                true, // the JVM goes on after a failure
                false, // a replay
                false, // without Fray
                false, // a first run without Fray
                NetworkDelegateType.NONE,
                SystemTimeDelegateType.MOCK,
                NANOS_FOR_EACH_LOOK,
                false, // timed waits end at once
                false, // sleep only yields
                false, // a class loader for each run
                false, // output into a file
                false, // other threads end with the first
                false, // hashes of stacks
                null); // no measure of what was covered
    }

    /** The same random numbers in each run of the tests. */
    private static final class Seeds {

        private final Random seeds = new Random(1);

        Randomness next() {
            return new ControlledRandom(new ArrayList<>(), new ArrayList<>(), new Random(seeds.nextLong()));
        }
    }

    /** Two ways to decide in turn, since each finds errors that the other finds hardly ever. */
    private static final class InTurn extends Scheduler {

        private final int number;
        private final Scheduler scheduler;

        InTurn(int number, Randomness randomness) {
            super(randomness);
            this.number = number;
            scheduler = number % 3 == 2 ? new FewSwitches(randomness) : new POSScheduler(randomness);
        }

        @Override
        public ThreadContext scheduleNextOperation(List<ThreadContext> threads, Collection<ThreadContext> allThreads) {
            return scheduler.scheduleNextOperation(threads, allThreads);
        }

        @Override
        public Scheduler nextIteration(Randomness randomness) {
            return new InTurn(number + 1, randomness);
        }
    }

    private static void run(BackgroundCall.Body program) {
        try {
            program.run();
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    /** Runs all of it in threads of their own, and waits until they have ended; throws what one has thrown. */
    public static void together(BackgroundCall.Body... works) throws Exception {
        List<FutureTask<Void>> tasks = new ArrayList<>();
        for (BackgroundCall.Body work : works) {
            tasks.add(new FutureTask<>(asCallable(work)));
        }
        tasks.forEach(task -> new Thread(task).start());
        for (FutureTask<Void> task : tasks) {
            task.get();
        }
    }

    private static Callable<Void> asCallable(BackgroundCall.Body work) {
        return () -> {
            work.run();
            return null;
        };
    }

    /** A log in which nothing is written. */
    private static final class Silence implements System.Logger {

        @Override
        public String getName() {
            return "silence";
        }

        @Override
        public boolean isLoggable(Level level) {
            return false;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {}

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... params) {}
    }
}
