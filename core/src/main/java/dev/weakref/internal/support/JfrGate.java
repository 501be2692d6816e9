package dev.weakref.internal.support;

/** Whether the library may write events for the JDK's flight recorder. */
public final class JfrGate {

    private static final boolean RECORDER = isThere();

    private static volatile boolean open;

    private JfrGate() {}

    /** From now on events are written: not those of what the initialisation of the library does. */
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

    /** Whether this class's loader knows the recorder and, in a named module, whether that reads it. */
    private static boolean isThere() {
        try {
            Class<?> event = Class.forName("jdk.jfr.Event", false, JfrGate.class.getClassLoader());
            return JfrGate.class.getModule().canRead(event.getModule());
        } catch (ClassNotFoundException | LinkageError missing) {
            return false;
        }
    }
}
