package dev.weakref.internal.reap;

import dev.weakref.internal.support.JfrGate;
import org.jspecify.annotations.Nullable;

/** Writes the events of the reaper. Never throws: an event that cannot be written is left out. */
public final class JfrReapEvents {

    private JfrReapEvents() {}

    /** Begins the event of a pass over one reapable; {@code null} if no recording asks for it. */
    static @Nullable Object begin() {
        if (!JfrGate.isOpen()) {
            return null;
        }
        try {
            JfrReapEvent event = new JfrReapEvent();
            if (!event.isEnabled()) {
                return null;
            }
            event.begin();
            return event;
        } catch (Throwable leftOut) {
            return null;
        }
    }

    /** Writes the event that has begun, if there is one. */
    static void end(@Nullable Object begun, Reapable reapable) {
        if (begun != null) {
            try {
                JfrReapEvent event = (JfrReapEvent) begun;
                event.end();
                if (event.shouldCommit()) {
                    event.what = reapable.describe();
                    event.commit();
                }
            } catch (Throwable leftOut) {
                // The recording lacks an event, and nothing else.
            }
        }
    }
}
