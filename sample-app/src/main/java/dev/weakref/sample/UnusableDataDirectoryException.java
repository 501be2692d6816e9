package dev.weakref.sample;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** The data directory cannot be written, or, where no cause is given, another run of the application uses it. */
final class UnusableDataDirectoryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnusableDataDirectoryException(Path directory, @Nullable IOException cause) {
        super("The data directory " + directory + " cannot be used: " + reason(cause) + ".", cause);
    }

    private static String reason(@Nullable IOException cause) {
        if (cause == null) {
            return "another run of this application uses it";
        }
        if (cause instanceof AccessDeniedException denied) {
            return "no permission to write " + denied.getFile();
        }
        if (cause instanceof FileAlreadyExistsException file) {
            return file.getFile() + " is not a directory";
        }
        return String.valueOf(cause.getMessage());
    }

    /** Makes it one sentence in the log in place of a stack trace. */
    static final class Analyzer extends AbstractFailureAnalyzer<UnusableDataDirectoryException> {

        @Override
        protected FailureAnalysis analyze(Throwable failure, UnusableDataDirectoryException cause) {
            return new FailureAnalysis(
                    cause.getMessage(), "Choose another one, for example with --sample.data=/tmp/pictures.", cause);
        }
    }
}
