package dev.weakref.spring.endpoint;

import dev.weakref.Finalizer.Detached;
import dev.weakref.FinalizerInfo;
import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.endpoint.WeakRefsDescriptor.FinalizerDescriptor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;

/**
 * Describes finalizers, and one in full with what its referent and state say of themselves, given a sanitizer.
 *
 * @param values what may be shown of user objects; {@code null} for nothing
 */
record FinalizerDescriber(
        ContextRegistries registries, @Nullable Sanitizer values) {

    private static final int LONGEST_TEXT = 1000;

    /** As one of many. */
    FinalizerDescriptor describe(String registry, FinalizerInfo info) {
        return describe(registry, info, null, null);
    }

    /** With all that is known. */
    FinalizerDescriptor describeInFull(String registry, FinalizerInfo info) {
        Detached parts = values == null ? null : parts(registries.byName().get(registry), info.id());
        return describe(registry, info, parts, info.stack().isEmpty() ? null : info.stack());
    }

    private FinalizerDescriptor describe(
            String registry, FinalizerInfo info, @Nullable Detached parts, @Nullable List<String> stack) {
        return new FinalizerDescriptor(
                registries.id(registry, info.id()),
                registry,
                info.name(),
                info.referentType(),
                info.action(),
                info.atExit(),
                info.mustBeClosed(),
                info.overdue(),
                info.createdAt().toString(),
                info.createdBy(),
                parts == null ? null : text("referent." + info.name(), parts.referent()),
                parts == null ? null : text("state." + info.name(), parts.state()),
                stack);
    }

    private static @Nullable Detached parts(@Nullable FinalizerRegistry registry, long id) {
        return registry == null
                ? null
                : registry.get(id).map(finalizer -> finalizer.peek()).orElse(null);
    }

    /** What is left of a text when all sanitizing functions have seen it; what fails is not shown. */
    private @Nullable String text(String key, @Nullable Object object) {
        if (values == null || object == null) {
            return null;
        }
        try {
            Object shown = values.sanitize(new SanitizableData(null, key, textOf(object)), true);
            return shown == null ? null : cut(String.valueOf(shown.toString()));
        } catch (Exception | StackOverflowError | LinkageError | AssertionError functionsFault) {
            return SanitizableData.SANITIZED_VALUE;
        }
    }

    private static String textOf(Object object) {
        try {
            return String.valueOf(object.toString());
        } catch (Exception | StackOverflowError | LinkageError | AssertionError failure) {
            return "toString() threw " + failure.getClass().getName();
        }
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }
}
