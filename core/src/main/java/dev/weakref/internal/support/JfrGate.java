package dev.weakref.internal.support;

/**
 * Whether the library may write events for the JDK's flight recorder: the runtime may lack the module {@code jdk.jfr}.
 */
public final class JfrGate {

    private static final boolean RECORDER = isThere();

    private static volatile boolean open;

    private JfrGate() {}

    /**
     * From now on events are written. Before that, the library initialises itself, and a recording must not show what
     * that does.
     */
    public static void open() {
        open = true;
    }

    public static boolean isOpen() {
        return RECORDER && open;
    }

    /** Initialises a class that needs the recorder, with its nested classes, if there is a recorder. */
    public static void load(String name) throws ClassNotFoundException {
        if (RECORDER) {
            ClassLoader loader = JfrGate.class.getClassLoader();
            for (Class<?> each : Class.forName(name, true, loader).getNestMembers()) {
                Class.forName(each.getName(), true, loader);
            }
        }
    }

    /**
     * Whether this class's loader finds the recorder and, in a named module, whether the module reads {@code jdk.jfr}.
     */
    private static boolean isThere() {
        try {
            Class<?> event = Class.forName("jdk.jfr.Event", false, JfrGate.class.getClassLoader());
            return JfrGate.class.getModule().canRead(event.getModule());
        } catch (ClassNotFoundException | LinkageError missing) {
            return false;
        }
    }
}
