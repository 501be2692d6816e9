package dev.weakref.faults;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a program of the suite has to say in the end: its last line is {@code VERDICT passed} or {@code VERDICT
 * failed:}, with what was seen. For use by any thread.
 */
public final class Verdict {

    /** The exit code of a program that saw a fault. */
    public static final int FAILED = 3;
    /** The exit code of a program in which something hangs. */
    public static final int HANGS = 4;

    /**
     * How long a step may take before it counts as hung: far more than it needs on a busy machine, and less than the
     * limits of the registries of the suite, which are ten minutes.
     */
    public static final long DEADLINE_MILLIS = 1000L * Integer.getInteger("weakref.faults.deadline", 180);

    private static final int NAMED_AT_MOST = 12;
    private static final Map<String, AtomicInteger> FAULTS = new ConcurrentSkipListMap<>();

    private Verdict() {}

    /** Notes a fault; equal ones are counted. */
    public static void fault(String what) {
        FAULTS.computeIfAbsent(what, same -> new AtomicInteger()).incrementAndGet();
    }

    /** Notes a fault if this is not so. */
    public static void expect(boolean condition, String otherwise) {
        if (!condition) {
            fault(otherwise);
        }
    }

    /** The number of faults noted so far. */
    public static int faults() {
        return FAULTS.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    /**
     * Prints the verdict and ends the program by {@link System#exit}, so that exit passes run; they may hang as well.
     */
    public static void exit() {
        int code = print();
        Thread watch = new Thread(
                () -> {
                    Asked.pause(DEADLINE_MILLIS);
                    hangs("the exit");
                },
                "faults-exit-watch");
        watch.setDaemon(true);
        watch.start();
        System.exit(code);
    }

    /** Says that something hangs, shows the stack of every thread, and halts: an exit might hang as well. */
    public static synchronized void hangs(String what) {
        StringBuilder dump = new StringBuilder();
        Thread.getAllStackTraces().forEach((thread, stack) -> append(dump, thread, stack));
        System.out.print(dump);
        fault("hangs: " + what);
        print();
        System.out.flush();
        Runtime.getRuntime().halt(HANGS);
    }

    private static void append(StringBuilder dump, Thread thread, StackTraceElement[] stack) {
        dump.append(thread).append(' ').append(thread.getState()).append('\n');
        for (StackTraceElement frame : stack) {
            dump.append("    at ").append(frame).append('\n');
        }
    }

    private static int print() {
        if (FAULTS.isEmpty()) {
            System.out.println("VERDICT passed");
            return 0;
        }
        Set<String> named = new TreeSet<>();
        FAULTS.forEach((what, count) -> named.add(what + " (" + count + ")"));
        String more = named.size() > NAMED_AT_MOST ? "; … " + named.size() + " kinds" : "";
        System.out.println("VERDICT failed: "
                + String.join("; ", named.stream().limit(NAMED_AT_MOST).toList()) + more);
        return FAILED;
    }
}
