package dev.weakref.internal.dispatch;

import dev.weakref.internal.support.Logging;
import java.lang.System.Logger.Level;

/** The log lines about tasks that delay others. */
public final class DispatchReports {

    private DispatchReports() {}

    static void stillRunning(DispatchTask task, Thread thread, long nanos) {
        Logging.log(
                Level.WARNING,
                () -> task.describe() + " is still running; others go on beside it. It is here:"
                        + Logging.stack(thread.getStackTrace()));
        task.stillRunning(nanos);
    }

    static void finishedAfterAll(DispatchTask task, long nanos) {
        try {
            task.finishedAfterAll(nanos);
            Logging.log(Level.INFO, () -> task.describe() + " has come back, and held up others for a while");
        } catch (VirtualMachineError nowhereToReport) {
            // The worker continues with the next task.
        }
    }

    static void allStuck(int workers, String name) {
        Logging.log(
                Level.WARNING,
                () -> "All " + workers + " threads of " + name
                        + " are stuck; what has been handed over waits until one comes back");
    }

    /** The action has ended, but its thread still runs what belongs to it. */
    static void heldUp(DispatchTask task, StackTraceElement[] stack) {
        Logging.log(
                Level.WARNING,
                () -> task.describe()
                        + " is not at work, but its thread is held up by what is called before or"
                        + " after it, such as an executor, a listener or the handler of failures; it is interrupted"
                        + " and left behind. It is here:" + Logging.stack(stack));
    }
}
