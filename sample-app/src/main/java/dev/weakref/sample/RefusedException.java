package dev.weakref.sample;

import java.io.Serial;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** A request that is answered with a problem detail: a title that says what is wrong, and a detail with what to do. */
public final class RefusedException extends ErrorResponseException {

    @Serial
    private static final long serialVersionUID = 1L;

    public RefusedException(int status, String title, String detail) {
        this(status, title, detail, null);
    }

    public RefusedException(int status, String title, String detail, @Nullable Throwable cause) {
        super(HttpStatusCode.valueOf(status), problem(status, title, detail), cause);
    }

    private static ProblemDetail problem(int status, String title, String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatusCode.valueOf(status), detail);
        problem.setTitle(title);
        return problem;
    }

    /** For one that the session does not have, or has no longer. */
    public static RefusedException unknownWorkspace() {
        return new RefusedException(
                404, "No such workspace", "Your session has no such workspace. GET /workspaces lists those it has.");
    }
}
