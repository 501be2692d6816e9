package dev.weakref.sample.workspace;

import dev.weakref.sample.RefusedException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import java.io.IOException;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.WebUtils;

/**
 * The workspaces of the session that asks.
 *
 * <p>The session is the only one to hold its workspaces strongly: when it has expired, the collector finds them.
 */
@RestController
@RequestMapping("/workspaces")
class WorkspaceController {

    private static final String ATTRIBUTE = WorkspaceController.class.getName();
    private static final Duration MAX_IDLE = Duration.ofHours(12);

    private final Workspaces workspaces;
    private final WorkspaceHistory history;

    WorkspaceController(Workspaces workspaces, WorkspaceHistory history) {
        this.workspaces = workspaces;
        this.history = history;
    }

    @PostMapping
    ResponseEntity<Workspace.State> open(@RequestBody OpenWorkspaceRequest wanted, HttpServletRequest request)
            throws IOException, SQLException {
        String picture = wanted.checkedPicture();
        Optional<Duration> idle = wanted.checkedIdle();
        Workspace workspace = workspaces.open(picture);
        Workspace.State state = stateOf(workspace);
        HttpSession session = request.getSession();
        idle.ifPresent(time -> session.setMaxInactiveInterval((int) time.toSeconds()));
        history.opened(workspace.id(), picture, session.getId());
        of(session).put(workspace.id(), workspace);
        return ResponseEntity.created(URI.create("/workspaces/" + workspace.id()))
                .body(state);
    }

    /** Of one that is in no session yet: whoever is refused has nothing to close. */
    private static Workspace.State stateOf(Workspace opened) throws IOException, SQLException {
        try {
            return opened.state();
        } catch (IOException | SQLException | RuntimeException e) {
            Workspaces.closeSuppressed(e, opened);
            throw e;
        }
    }

    @GetMapping
    List<Workspace.State> list(HttpServletRequest request) throws IOException, SQLException {
        List<Workspace.State> states = new ArrayList<>();
        for (Workspace workspace : of(request.getSession(false)).values()) {
            states.add(workspace.state());
        }
        return states;
    }

    @GetMapping("/{id}")
    Workspace.State workspace(@PathVariable long id, HttpServletRequest request) throws IOException, SQLException {
        return find(id, request).state();
    }

    @GetMapping(path = "/{id}/preview", produces = MediaType.IMAGE_PNG_VALUE)
    byte[] preview(@PathVariable long id, @RequestParam(defaultValue = "320") int width, HttpServletRequest request)
            throws IOException {
        if (width < 1 || width > 2000) {
            throw new RefusedException(
                    400, "Bad width", "A preview is 1 to 2000 pixels wide, not %d.".formatted(width));
        }
        return find(id, request).preview(width);
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void close(@PathVariable long id, HttpServletRequest request) {
        Workspace workspace = of(request.getSession(false)).remove(id);
        if (workspace == null) {
            throw RefusedException.unknownWorkspace();
        }
        workspace.close();
    }

    /** Somebody else's workspace is answered like one that never was. */
    private Workspace find(long id, HttpServletRequest request) {
        Workspace workspace = of(request.getSession(false)).get(id);
        if (workspace == null) {
            throw RefusedException.unknownWorkspace();
        }
        return workspace;
    }

    private Map<Long, Workspace> of(@Nullable HttpSession session) {
        if (session == null) {
            return new ConcurrentSkipListMap<>();
        }
        synchronized (WebUtils.getSessionMutex(session)) { // two first requests of one session
            if (session.getAttribute(ATTRIBUTE) instanceof OpenWorkspaces open) {
                return open;
            }
            OpenWorkspaces open = new OpenWorkspaces(history);
            session.setAttribute(ATTRIBUTE, open);
            return open;
        }
    }

    /**
     * What a user asks for.
     *
     * @param picture the name of an uploaded picture
     * @param idle how long the user's session may lie idle from now on; unchanged if left out
     */
    record OpenWorkspaceRequest(
            @Nullable String picture, @Nullable Duration idle) {

        String checkedPicture() {
            if (picture == null) {
                throw new RefusedException(
                        400, "No picture named", "Send {\"picture\": \"cat\"}, with the name of an uploaded one.");
            }
            return picture;
        }

        Optional<Duration> checkedIdle() {
            if (idle != null && (idle.toSeconds() < 1 || idle.compareTo(MAX_IDLE) > 0)) {
                throw new RefusedException(
                        400,
                        "Bad idle time",
                        "A session may lie idle for PT1S to %s, not %s.".formatted(MAX_IDLE, idle));
            }
            return Optional.ofNullable(idle);
        }
    }

    /**
     * A type of its own, so that it is told from other attributes without an unchecked cast, and of its session's end.
     */
    private static final class OpenWorkspaces extends ConcurrentSkipListMap<Long, Workspace>
            implements HttpSessionBindingListener {

        private static final long serialVersionUID = 1L;

        private final transient WorkspaceHistory history;

        private OpenWorkspaces(WorkspaceHistory history) {
            this.history = history;
        }

        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            history.forgotten(keySet());
        }
    }
}
