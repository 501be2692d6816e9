package dev.weakref;

import java.lang.StackWalker.Option;
import java.lang.StackWalker.StackFrame;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where a finalizer is created: the stack of the caller, without the frames of the library. */
final class CreationSite {

    /**
     * How many frames are kept: enough to see the caller of a factory method; each costs memory while the finalizer
     * lives.
     */
    private static final int MOST_FRAMES = 8;

    /** More than the library has between a user's call and the walk; a hint of the size of the first batch only. */
    private static final int MOST_OWN_FRAMES = 8;

    private static final StackWalker WALKER =
            StackWalker.getInstance(Set.of(Option.RETAIN_CLASS_REFERENCE), MOST_OWN_FRAMES + MOST_FRAMES);

    /** The classes through which finalizers are registered; by name, because they depend on this class. */
    private static final Set<String> OWN = Stream.of(
                    "CreationSite",
                    "FinalizerRegistry",
                    "FinalizerScope",
                    "GuardedHandle",
                    "LeakReporter",
                    "RegistrationOptions",
                    "RegistryCore",
                    "TempFiles")
            .map(name -> CreationSite.class.getPackageName() + "." + name)
            .collect(Collectors.toUnmodifiableSet());

    private CreationSite() {}

    /** At most eight frames, beginning with the one that called the library. They hold texts, not classes. */
    static List<StackTraceElement> here() {
        return WALKER.walk(frames -> frames.dropWhile(CreationSite::isOwn)
                .limit(MOST_FRAMES)
                .map(StackFrame::toStackTraceElement)
                .toList());
    }

    /** As text, without the names of class loader and module, which do not help to find a line of source. */
    static String line(StackTraceElement element) {
        return new StackTraceElement(
                        element.getClassName(), element.getMethodName(), element.getFileName(), element.getLineNumber())
                .toString();
    }

    private static boolean isOwn(StackFrame frame) {
        return OWN.contains(frame.getDeclaringClass().getNestHost().getName());
    }
}
