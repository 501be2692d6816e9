package dev.weakref.internal.dispatch;

import dev.weakref.internal.support.LogFields;
import dev.weakref.internal.support.Logging;
import java.lang.System.Logger.Level;

/** The log lines about tasks that delay others. The names of delays in their fields are those that listeners get. */
public final class DispatchReports {

    private DispatchReports() {}

    static void stillRunning(DispatchTask task, Thread thread, long nanos) {
        Logging.log(
                Level.WARNING,
                () -> task.describe() + " is still running; other actions continue alongside it. It is here:"
                        + Logging.stack(thread.getStackTrace()),
                null,
                () -> task.fields().with(LogFields.Key.DELAY, "STILL_RUNNING"));
        task.stillRunning(nanos);
    }

    static void finishedAfterAll(DispatchTask task, long nanos) {
        try {
            Logging.log(
                    Level.INFO,
                    () -> task.describe() + " finished after " + seconds(nanos) + "; other actions were delayed",
                    null,
                    () -> task.fields().with(LogFields.Key.DELAY, "FINISHED_AFTER_ALL"));
            task.finishedAfterAll(nanos);
        } catch (VirtualMachineError nowhereToReport) {
            // The worker continues with the next task.
        }
    }

    static void allStuck(int workers, String name, long waiting, TaskOwner owner) {
        Logging.log(
                Level.WARNING,
                () -> "All " + workers + " workers of " + name + " are stuck; " + waiting
                        + " actions wait until one of them is free",
                null,
                () -> owner.fields().with(LogFields.Key.DELAY, "ALL_WORKERS_STUCK"));
    }

    private static String seconds(long nanos) {
        long tenths = nanos / 100_000_000;
        return tenths / 10 + "." + tenths % 10 + " s";
    }

    /** The action has ended, but its thread still runs what belongs to it. */
    static void heldUp(DispatchTask task, StackTraceElement[] stack) {
        Logging.log(
                Level.WARNING,
                () -> task.describe()
                        + " is not running, but its worker is blocked by code that is called before or"
                        + " after it, such as an executor, a listener or the failure handler; it has timed out and"
                        + " is interrupted. It is here:" + Logging.stack(stack),
                null,
                task::fields);
    }
}
