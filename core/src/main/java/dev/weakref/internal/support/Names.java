package dev.weakref.internal.support;

/** The rules for names, in one place: what is accepted, and how one is shown. */
public final class Names {

    /**
     * How long a name may be: enough for the name of a nested class, and short enough for a line of the log and the
     * name of a thread.
     */
    static final int MAX_LENGTH = 200;

    private Names() {}

    /** The name itself, if it is one. */
    public static String check(String name, String what) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("The " + what + " is blank; give it at least one visible character");
        }
        if (name.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("The " + what + " has " + name.length() + " characters; shorten it to "
                    + MAX_LENGTH + ": " + escape(name.substring(0, 40)) + "…");
        }
        return name;
    }

    /** Makes control characters, line separators and direction marks visible, so that no name can forge a log line. */
    public static String escape(String name) {
        for (int i = 0; i < name.length(); i++) { // no stream: each run is described for listeners
            if (isHidden(name.charAt(i))) {
                return escapeFrom(i, name);
            }
        }
        return name;
    }

    private static String escapeFrom(int first, String name) {
        StringBuilder shown = new StringBuilder(name.length() + 16).append(name, 0, first);
        for (int i = first; i < name.length(); i++) {
            char c = name.charAt(i);
            if (isHidden(c)) {
                shown.append(String.format("\\u%04x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return shown.toString();
    }

    /**
     * The class of an action as it is shown: the same in each run, so without the address or number in the name of a
     * lambda's class.
     */
    public static String ofAction(String className) {
        int lambda = className.indexOf("$$Lambda");
        if (lambda > 0) {
            return className.substring(0, lambda) + " (lambda)";
        }
        int hidden = className.indexOf('/'); // in no other name of a class
        return hidden < 0 ? className : className.substring(0, hidden);
    }

    /** The beginning of a name that is too long. */
    public static String shorten(String name) {
        return name.length() <= MAX_LENGTH ? name : name.substring(0, MAX_LENGTH - 1) + "…";
    }

    private static boolean isHidden(int c) {
        int type = Character.getType(c);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }
}
