package dev.weakref.sample.workspace;

import dev.weakref.sample.RefusedException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What the page shows of all workspaces, whoever holds them. */
@RestController
class WorkspaceHistoryController {

    private static final int MOST = 1000;

    private final WorkspaceHistory history;

    WorkspaceHistoryController(WorkspaceHistory history) {
        this.history = history;
    }

    @GetMapping("/journal")
    WorkspaceHistory.Page page(
            @RequestParam(defaultValue = "" + Long.MAX_VALUE) long before,
            @RequestParam(required = false) WorkspaceHistory.@Nullable State state,
            @RequestParam(defaultValue = "100") int limit,
            HttpServletRequest request) {
        if (limit < 1 || limit > MOST) {
            throw new RefusedException(
                    400, "Bad limit", String.format(Locale.ROOT, "Ask for 1 to %,d entries, not for %d.", MOST, limit));
        }
        HttpSession session = request.getSession(false);
        return history.page(session == null ? null : session.getId(), before, state, limit);
    }

    /**
     * For people who will not wait until the heap is full. Takes JSON only, so that no other site's form can send it.
     */
    @PostMapping(path = "/collections", consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void collect() {
        System.gc();
    }
}
