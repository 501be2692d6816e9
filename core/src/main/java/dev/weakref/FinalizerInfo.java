package dev.weakref;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A finalizer described in words and numbers: holds neither its referent nor its state.
 *
 * @param id its number in the order of creation in its registry
 * @param name the given name, else the action; control characters escaped
 * @param referentType the class name of the referent; {@code null} once the referent was collected
 * @param action the class of the action; that of a lambda is shown as {@code com.acme.Desk (lambda)}
 * @param atExit whether it is to run when the registry closes
 * @param createdAt when it was registered
 * @param createdBy the line that registered it, if the {@link LeakLevel} recorded it
 * @param mustBeClosed whether it is a leak if it is not called
 * @param overdue whether it has been live for longer than its limit
 * @param stack the stack of its creation, beginning with {@code createdBy}; empty if none was recorded
 * @since 0.1
 */
public record FinalizerInfo(
        long id,
        String name,
        @Nullable String referentType,
        String action,
        boolean atExit,
        Instant createdAt,
        @Nullable String createdBy,
        boolean mustBeClosed,
        boolean overdue,
        List<String> stack) {

    @Override
    public String toString() {
        return "FinalizerInfo[id=" + id + ", name=" + name + ", referentType=" + referentType + ", action=" + action
                + ", atExit=" + atExit + ", createdAt=" + createdAt + ", createdBy=" + createdBy + ", mustBeClosed="
                + mustBeClosed + ", overdue=" + overdue + ", stack=" + stack + "]";
    }
}
