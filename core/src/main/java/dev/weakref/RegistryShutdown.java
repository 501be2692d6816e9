package dev.weakref;

import dev.weakref.internal.support.Defaults;
import dev.weakref.internal.support.Logging;
import dev.weakref.internal.support.StackReserve;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The end of a registry: one exit pass, by whichever thread begins it, and the shutdown hook of the JVM. */
final class RegistryShutdown {

    private final RegistryCore core;
    private final AtomicReference<@Nullable ExitPass> exitPass = new AtomicReference<>();

    /** Replaced by tests. */
    PassFactory passes = ExitPass::new;

    @Nullable Thread jvmHook; // not private, for tests

    RegistryShutdown(RegistryCore core) {
        this.core = core;
    }

    /** The exit pass, {@code null} until it begins. */
    @Nullable ExitPass pass() {
        return exitPass.get();
    }

    boolean hasBegun() {
        return exitPass.get() != null;
    }

    /** Begins the exit pass with all the time that the registry has for it, or waits for the one that was begun. */
    ExitReport run() {
        return run(core.settings().exitLimit);
    }

    /** Begins the exit pass, or waits for the one that was begun. */
    ExitReport run(Duration atMost) {
        return run(atMost, Thread.currentThread());
    }

    /**
     * Begins the exit pass, or waits for the one that was begun.
     *
     * <p><b>Why this works if a pass is given up.</b> An action that closes the registry needs a thread for the pass.
     * If there is none, the pass is removed from {@code exitPass} first and given up then. Another thread that closes
     * the registry, or the hook of the JVM, holds the pass that it met, and does not read the field before that pass
     * has ended. When it sees that pass given up, it finds the field empty, or another pass there, and so it begins one
     * or waits for one.
     *
     * @param waiting the thread that waits until this returns: the calling thread, or another one. The actions that it
     *     runs are not waited for
     */
    ExitReport run(Duration atMost, Thread waiting) {
        StackReserve.ensure(); // so that another thread can be started if the pass overflows the stack of this one
        boolean inside = isInsideAction();
        List<Long> waitsInside = CurrentRegistries.running(waiting, core.number());
        while (true) {
            ExitPass pass = exitPass.get();
            boolean isMine = false;
            if (pass == null) {
                ExitPass mine = newPass(atMost, waitsInside);
                pass = exitPass.compareAndExchange(null, mine);
                if (pass == null) {
                    pass = mine;
                    isMine = true;
                    if (!inside) {
                        try {
                            return run(mine);
                        } catch (StackOverflowError tooDeep) {
                            // Another thread has all the stack that it needs. What was done so far may be done twice.
                        }
                    }
                    runInAThread(mine);
                }
            }
            if (!isMine) {
                pass.doNotAwait(waitsInside);
            }
            if (inside) {
                return ExitPass.NOTHING;
            }
            ExitReport report = pass.await();
            if (!pass.wasGivenUp()) {
                return report;
            }
        }
    }

    /**
     * Makes a pass, before others can meet it. If memory is exhausted, it tries again while there is time: a JVM that
     * exits does not close the registry a second time.
     */
    private ExitPass newPass(Duration atMost, List<Long> notAwaited) {
        long begin = System.nanoTime();
        long limit = Math.max(0, Math.min(Defaults.nanos(core.settings().exitLimit), Defaults.nanos(atMost)));
        while (true) {
            try {
                ExitPass pass = passes.newPass(core, limit, begin);
                pass.doNotAwait(notAwaited);
                return pass;
            } catch (OutOfMemoryError shortage) {
                if (System.nanoTime() - begin >= limit) {
                    throw shortage;
                }
                ExitPass.pauseAfter(shortage);
            }
        }
    }

    /** Makes an exit pass whose time began at a value of {@link System#nanoTime()}. */
    interface PassFactory {
        ExitPass newPass(RegistryCore core, long limitNanos, long begin);
    }

    /** Keeps the hook until the end: a JVM that exits during the pass waits for it. */
    private ExitReport run(ExitPass pass) {
        boolean ended = true;
        try {
            return pass.run();
        } catch (StackOverflowError tooDeep) {
            ended = false; // another thread runs it again, or the hook
            throw tooDeep;
        } finally {
            if (ended) {
                removeJvmHook();
            }
        }
    }

    private void runWithAllStack(ExitPass pass) {
        try {
            run(pass);
        } catch (StackOverflowError tooDeep) { // the threads of this registry have too small a stack
            pass.fail(tooDeep);
        }
    }

    private void runInAThread(ExitPass pass) {
        boolean started = false;
        try {
            core.threads("-exit").newThread(() -> runWithAllStack(pass)).start();
            started = true;
        } finally {
            if (!started) {
                exitPass.set(null); // the next close begins it
                pass.giveUp();
            }
        }
    }

    /** Whether the calling thread is inside an action of this registry, which the exit pass would wait for. */
    private boolean isInsideAction() {
        Thread me = Thread.currentThread();
        ExitPass pass = exitPass.get();
        return CurrentRegistries.isIn(core.number())
                || core.dispatcher().runsIn(me)
                || (pass != null && pass.runsIn(me));
    }

    /** Closes this registry when the JVM exits; closes it now if the JVM is exiting already. */
    void closeWithJvm() {
        Thread hook = new Thread(null, this::shutdownInHook, "weakref-" + core.name() + "-shutdown-hook", 0, false);
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            jvmHook = hook;
        } catch (IllegalStateException exitingAlready) {
            run();
        }
    }

    /** Waits for a pass that has begun, but no longer than it may take: its thread may be the one that exits. */
    private void shutdownInHook() {
        Logging.jvmExits();
        while (true) {
            ExitPass before = exitPass.get();
            if (before == null) {
                ExitPass mine = newPass(core.settings().exitLimit, List.of());
                before = exitPass.compareAndExchange(null, mine);
                if (before == null) {
                    run(mine);
                    return;
                }
            }
            before.awaitEnd();
            if (!before.wasGivenUp()) {
                return;
            }
        }
    }

    private void removeJvmHook() {
        Thread hook = jvmHook;
        if (hook != null && hook != Thread.currentThread()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException exitingAlready) {
                // The hook finds that the pass is over.
            }
        }
    }
}
