package dev.weakref.sample.workspace;

import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import dev.weakref.FinalizerListener;
import dev.weakref.FinalizerRun;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Remembers who held which workspace, and what ended it; the registry tells of each finalizer that has run.
 *
 * <p>It knows workspaces by their number alone: whatever held one here would keep it alive for ever.
 */
@Component
final class WorkspaceHistory implements FinalizerListener {

    /** So many of the ended are remembered, the latest. */
    private static final int MOST_ENDED = 20_000;

    private static final Pattern NAME = Pattern.compile("workspace (\\d+) (\\w+)");

    private final NavigableMap<Long, History> histories = new ConcurrentSkipListMap<>();
    private final Queue<Long> ended = new LinkedBlockingQueue<>();

    void opened(long workspace, String picture, String session) {
        histories.put(workspace, new History(workspace, picture, session));
    }

    /** Its session has ended, so nobody holds it any more. */
    void forgotten(Collection<Long> workspaces) {
        for (Long workspace : workspaces) {
            History history = histories.get(workspace);
            if (history != null) {
                history.forgotten();
            }
        }
    }

    @Override
    public void onRun(FinalizerRun run) {
        Matcher name = NAME.matcher(run.finalizer().name());
        History history = name.matches() ? histories.get(Long.valueOf(name.group(1))) : null;
        if (history != null && history.end(run, name.group(2))) {
            ended.add(history.workspace);
            if (ended.size() > MOST_ENDED) {
                histories.remove(ended.remove());
            }
        }
    }

    /** The newest that were opened before this one, as this session sees them, and how many there are of each kind. */
    Page page(@Nullable String session, long before, @Nullable State only, int limit) {
        Map<State, Long> counts = new EnumMap<>(State.class);
        List<Entry> entries = new ArrayList<>();
        boolean more = false;
        for (History history : histories.descendingMap().values()) {
            State state = history.seenBy(session);
            counts.merge(state, 1L, Long::sum);
            if (history.workspace < before && (only == null || only == state)) {
                more = entries.size() == limit;
                if (!more) {
                    entries.add(history.entry(state));
                }
            }
        }
        return new Page(counts, entries, more);
    }

    /** Why a workspace lives, or what has ended it. */
    enum State {
        YOURS,
        ELSEWHERE,
        FORGOTTEN,
        COLLECTED,
        CLOSED
    }

    /** What is shown; {@code more} tells whether there are older ones. */
    record Page(Map<State, Long> counts, List<Entry> entries, boolean more) {}

    /** A workspace, and what of it has been cleared away. */
    record Entry(
            long id,
            String picture,
            Instant openedAt,
            State state,
            @Nullable Instant endedAt,
            List<End> ends) {}

    /** A finalizer that has run. */
    record End(String what, Outcome outcome, long micros) {}

    /** Guarded by itself. */
    private static final class History {

        private final long workspace;
        private final String picture;
        private final Instant openedAt = Instant.now();
        private final List<End> ends = new ArrayList<>();
        private @Nullable String session;
        private @Nullable Instant endedAt;
        private @Nullable Trigger trigger;

        private History(long workspace, String picture, String session) {
            this.workspace = workspace;
            this.picture = picture;
            this.session = session;
        }

        private synchronized void forgotten() {
            session = null;
        }

        /** Whether this was the first. */
        private synchronized boolean end(FinalizerRun run, String what) {
            ends.add(new End(what, run.outcome(), run.took().toNanos() / 1000));
            if (trigger != null) {
                return false;
            }
            trigger = run.trigger();
            endedAt = Instant.now();
            return true;
        }

        private synchronized Entry entry(State state) {
            return new Entry(workspace, picture, openedAt, state, endedAt, List.copyOf(ends));
        }

        private synchronized State seenBy(@Nullable String visitor) {
            if (trigger != null) {
                return trigger == Trigger.UNREACHABLE ? State.COLLECTED : State.CLOSED;
            }
            if (session == null) {
                return State.FORGOTTEN;
            }
            return session.equals(visitor) ? State.YOURS : State.ELSEWHERE;
        }
    }
}
