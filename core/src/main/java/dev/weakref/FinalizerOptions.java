package dev.weakref;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Options that few finalizers have. */
record FinalizerOptions(
        @Nullable String name,
        @Nullable Duration limit,
        @Nullable Duration overdueAfter,
        boolean mustBeClosed,
        @Nullable List<StackTraceElement> stack,
        boolean atExit) {

    static final FinalizerOptions NONE = new FinalizerOptions(null, null, null, false, null, true);

    FinalizerOptions withName(String given) {
        return new FinalizerOptions(given, limit, overdueAfter, mustBeClosed, stack, atExit);
    }

    FinalizerOptions withStack(@Nullable List<StackTraceElement> created) {
        return created == null ? this : new FinalizerOptions(name, limit, overdueAfter, mustBeClosed, created, atExit);
    }

    /** Whether there is nothing to keep besides the state of the node. */
    boolean isPlain() {
        return name == null && limit == null && overdueAfter == null && !mustBeClosed && stack == null;
    }
}
