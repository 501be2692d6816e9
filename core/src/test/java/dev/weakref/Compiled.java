package dev.weakref;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Sources that a test brings with it, compiled, for what needs class loaders or modules of its own. */
public final class Compiled {

    private Compiled() {}

    /** Compiles sources into a folder; each begins with a comment that is the path of its file. */
    public static Path into(Path folder, String... sources) {
        List<String> options = List.of("-d", folder.toString(), "-p", library().toString(), "-proc:none");
        List<Source> files = new ArrayList<>();
        for (String source : sources) {
            files.add(new Source(source));
        }
        if (!ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, null, options, null, files)
                .call()) {
            throw new AssertionError("Not compiled: " + List.of(sources));
        }
        return folder;
    }

    /** The loader of a named module, which was found in one of these folders, and of all that it requires of them. */
    public static ClassLoader loaderOf(String module, Path... folders) {
        Configuration configuration =
                ModuleLayer.boot().configuration().resolve(ModuleFinder.of(folders), ModuleFinder.of(), Set.of(module));
        return ModuleLayer.boot()
                .defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader())
                .findLoader(module);
    }

    /** An object of a public class, made by its public constructor. */
    public static Object make(ClassLoader loader, String name) throws ReflectiveOperationException {
        return loader.loadClass(name).getConstructor().newInstance();
    }

    /** Where the classes of the library are. */
    public static Path library() {
        try {
            return Path.of(WeakProxy.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Defines what lies in a folder, and leaves the rest to the loader of the tests. */
    public static class Loader extends ClassLoader {
        private final Path folder;

        public Loader(Path folder) {
            super(Compiled.class.getClassLoader());
            this.folder = folder;
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            try {
                byte[] bytes = Files.readAllBytes(folder.resolve(name.replace('.', '/') + ".class"));
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException missing) {
                throw new ClassNotFoundException(name, missing);
            }
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///" + text.substring(3, text.indexOf('\n'))), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
