package dev.weakref.internal.support;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Resolves beforehand what the code of a class names, so that no {@code catch} block needs memory when it runs for the
 * first time. When an instruction first uses a class, the JVM asks the class loader for it; when it first uses a text,
 * the JVM makes a string.
 *
 * <p>It reads the class file; the format is in chapter 4.4 of the Java Virtual Machine Specification. The JVM then
 * finds a class that its loader has found once, and a string that is interned, without allocating.
 */
public final class ConstantPool {

    /** The tags of the constants, from table 4.4-B of the specification. */
    private static final int UTF8 = 1;

    private static final int INTEGER = 3;
    private static final int FLOAT = 4;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int CLASS = 7;
    private static final int STRING = 8;
    private static final int METHOD_HANDLE = 15;
    private static final int METHOD_TYPE = 16;
    private static final int MODULE = 19;
    private static final int PACKAGE = 20;
    private static final int BYTES_BEFORE = 8;

    private final @Nullable String[] texts;
    private final List<Integer> classes = new ArrayList<>();
    private final List<Integer> strings = new ArrayList<>();

    private ConstantPool(DataInputStream file) throws IOException {
        file.skipNBytes(BYTES_BEFORE); // magic number and version
        int count = file.readUnsignedShort();
        texts = new String[count];
        for (int index = 1; index < count; index++) {
            int tag = file.readUnsignedByte();
            switch (tag) {
                case UTF8 -> texts[index] = file.readUTF();
                case CLASS -> classes.add(file.readUnsignedShort());
                case STRING -> strings.add(file.readUnsignedShort());
                case INTEGER, FLOAT -> file.skipNBytes(4);
                case LONG, DOUBLE -> {
                    file.skipNBytes(8);
                    index++; // it takes two indexes
                }
                case METHOD_HANDLE -> file.skipNBytes(3);
                case METHOD_TYPE, MODULE, PACKAGE -> file.skipNBytes(2);
                default -> file.skipNBytes(4); // two indexes: fields, methods, names with types, and dynamic ones
            }
        }
    }

    /**
     * Resolves what a class names. Leaves out what cannot be found.
     *
     * @param kept takes the strings: interned strings are weakly held by the JVM, so they have to be kept
     */
    public static void resolve(Class<?> type, List<String> kept) {
        String name = type.getName();
        String file = name.substring(name.lastIndexOf('.') + 1) + ".class";
        try (InputStream bytes = type.getResourceAsStream(file)) {
            if (bytes != null) { // none in a native image
                ConstantPool pool = new ConstantPool(new DataInputStream(bytes));
                pool.strings.forEach(text -> kept.add(pool.text(text).intern()));
                pool.classes.forEach(named -> find(pool.text(named).replace('/', '.'), type.getClassLoader()));
            }
        } catch (IOException | RuntimeException unreadable) {
            // The loader serves other bytes than it defines classes of: what this one names is resolved when it is
            // used.
        }
    }

    private String text(int index) {
        return Objects.requireNonNull(texts[index]);
    }

    private static void find(String name, @Nullable ClassLoader loader) {
        try {
            Class.forName(name, name.startsWith("java."), loader); // the JDK's may not be initialised yet
        } catch (ClassNotFoundException | LinkageError notThere) {
            // An optional class, such as those of the flight recorder.
        }
    }
}
