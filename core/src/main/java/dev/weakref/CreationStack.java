package dev.weakref;

import java.lang.StackWalker.Option;
import java.lang.StackWalker.StackFrame;
import java.util.List;
import java.util.Set;

/** Where a finalizer is created: the stack of the caller, without the frames of the library. */
final class CreationStack {

    private static final int MOST_FRAMES = 8;
    private static final int MOST_OWN_FRAMES = 8;
    private static final StackWalker WALKER =
            StackWalker.getInstance(Set.of(Option.RETAIN_CLASS_REFERENCE), MOST_OWN_FRAMES + MOST_FRAMES);
    private static final Set<Class<?>> OWN = Set.of(
            CreationStack.class,
            Leaks.class,
            RegistryCore.class,
            FinalizerRegistry.class,
            FinalizerScope.class,
            Guard.class,
            RegistrationOptions.class,
            TempFiles.class);

    private CreationStack() {}

    /** At most eight frames, from the one that called the library on. They hold texts, and no classes. */
    static List<StackTraceElement> here() {
        return WALKER.walk(frames -> frames.dropWhile(CreationStack::isOwn)
                .limit(MOST_FRAMES)
                .map(StackFrame::toStackTraceElement)
                .toList());
    }

    /** As text, without the names of class loader and module, which say nothing about a place in the source. */
    static String line(StackTraceElement element) {
        return new StackTraceElement(
                        element.getClassName(), element.getMethodName(), element.getFileName(), element.getLineNumber())
                .toString();
    }

    private static boolean isOwn(StackFrame frame) {
        return OWN.contains(frame.getDeclaringClass().getNestHost());
    }
}
