package dev.weakref;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Options that few finalizers have. */
record RareOptions(
        @Nullable String name,
        @Nullable Duration limit,
        @Nullable Duration overdueAfter,
        boolean mustBeClosed,
        @Nullable List<StackTraceElement> stack,
        boolean atExit) {

    static final RareOptions NONE = new RareOptions(null, null, null, false, null, true);

    RareOptions withName(String given) {
        return new RareOptions(given, limit, overdueAfter, mustBeClosed, stack, atExit);
    }

    RareOptions withStack(@Nullable List<StackTraceElement> created) {
        return created == null ? this : new RareOptions(name, limit, overdueAfter, mustBeClosed, created, atExit);
    }

    /** The recorded creation stack, as lines; empty if none was recorded. */
    List<String> lines() {
        return stack == null
                ? List.of()
                : stack.stream().map(CreationSite::line).toList();
    }

    /** Whether there is nothing to keep besides the state of the node. */
    boolean isPlain() {
        return name == null && limit == null && overdueAfter == null && !mustBeClosed && stack == null;
    }
}
