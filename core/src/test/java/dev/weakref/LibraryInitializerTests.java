package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.internal.support.ConstantPool;
import dev.weakref.internal.support.Names;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LibraryInitializerTests {

    /** Not initialised by name: those that do it, and the one that is there only with a flight recorder. */
    private static final List<String> OTHERS =
            List.of("LibraryInitializer", "WarmUp", "JfrEvents", "JfrReapEvent", "package-info");

    @Test
    void everyClassIsInitialisedBeforehand() throws IOException, URISyntaxException {
        try (Stream<Path> files = classFiles()) {
            Path directory = directory();
            List<String> hosts = files.map(
                            file -> directory.relativize(file).toString().replace(File.separatorChar, '.'))
                    .filter(name -> !name.contains("$"))
                    .map(name -> name.substring(0, name.length() - ".class".length()))
                    .filter(name -> !OTHERS.contains(name.substring(name.lastIndexOf('.') + 1)))
                    .toList();

            assertThat(LibraryInitializer.CLASSES).containsExactlyInAnyOrderElementsOf(hosts);
        }
    }

    @Test
    void aClassWhoseFileCannotBeReadIsLeftOut() throws Exception {
        ClassLoader transforming = new ClassLoader(LibraryInitializerTests.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                return name.equals(Names.class.getName()) ? define(name) : super.loadClass(name, resolve);
            }

            private Class<?> define(String name) {
                try (InputStream file = Names.class.getResourceAsStream("Names.class")) {
                    byte[] bytes = Objects.requireNonNull(file).readAllBytes();
                    return defineClass(name, bytes, 0, bytes.length);
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            }

            @Override
            public InputStream getResourceAsStream(String name) {
                return new ByteArrayInputStream(new byte[] {1, 2, 3}); // as of an encrypted jar
            }
        };
        List<String> kept = new ArrayList<>();

        ConstantPool.resolve(transforming.loadClass(Names.class.getName()), kept);

        assertThat(kept).isEmpty();
    }

    @Test
    void noConcatenationIsLinkedAtItsFirstCall() throws IOException, URISyntaxException {
        try (Stream<Path> files = classFiles()) {
            List<String> linking = files.filter(file -> contains(file, "java/lang/invoke/StringConcatFactory"))
                    .map(file -> file.getFileName().toString())
                    .toList();

            assertThat(linking)
                    .as("classes with a call that throws for ever if the stack overflowed while the JVM linked it")
                    .isEmpty();
        }
    }

    @Test
    void whatARecordedStackNeedsOfTheJdkIsInitialisedBeforehand() throws IOException, InterruptedException {
        assertThat(Programs.outputOf(UsesTheLibrary.class, "-Xlog:class+load:stdout"))
                .anyMatch(line -> line.contains("java.lang.StackTraceElement$HashedModules "));
    }

    /** Records no stack itself. */
    static final class UsesTheLibrary {
        public static void main(String[] arguments) {
            FinalizerRegistry.create().close();
        }
    }

    @Test
    void noPublicRecordHasAGeneratedToString() throws IOException, URISyntaxException {
        try (Stream<Path> files = classFiles()) {
            Path directory = directory();
            List<String> generated = files.filter(file -> file.getParent().endsWith("dev/weakref"))
                    .map(file -> file.getFileName().toString().replace(".class", ""))
                    .filter(name -> isPublic(load(name)))
                    .filter(name -> contains(
                            directory.resolve(name + ".class"), "(Ldev/weakref/" + name + ";)Ljava/lang/String;"))
                    .toList();

            assertThat(generated)
                    .as("records whose text throws for ever if the stack overflowed while the JVM linked it")
                    .isEmpty();
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(LibraryInitializer.class.getPackageName() + "." + name);
        } catch (ClassNotFoundException missing) {
            throw new AssertionError(missing);
        }
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }

    private static Stream<Path> classFiles() throws IOException, URISyntaxException {
        return Files.walk(directory())
                .filter(file -> file.getFileName().toString().endsWith(".class"));
    }

    private static Path directory() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(LibraryInitializer.class.getResource("LibraryInitializer.class"))
                        .toURI())
                .getParent();
    }

    private static boolean contains(Path file, String constant) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(constant);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
