package dev.weakref.test;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Writes the heap to a file when an await has failed, if somebody has asked for it. */
final class HeapDump {

    private static final String FOLDER = "weakref.test.heapdump";

    private HeapDump() {}

    /** Where it is, as the last line of a message; or how to ask for one. Never throws. */
    static String writeIfWanted() {
        String folder = System.getProperty(FOLDER, "");
        if (folder.isBlank()) {
            return "\nFor a heap dump here, run with -D" + FOLDER + "=<folder>";
        }
        HotSpotDiagnosticMXBean jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        try {
            return "\nThe heap dump is " + write(jvm, Path.of(folder));
        } catch (IOException | RuntimeException failure) {
            return "\nThere is no heap dump in '" + folder + "': " + failure;
        }
    }

    private static Path write(@Nullable HotSpotDiagnosticMXBean jvm, Path folder) throws IOException {
        if (jvm == null) {
            throw new IOException("this JVM cannot write one");
        }
        String name = "weakref-" + Instant.now().toString().replace(':', '-') + ".hprof";
        Path file = Files.createDirectories(folder).resolve(name).toAbsolutePath();
        jvm.dumpHeap(file.toString(), true);
        return file;
    }
}
