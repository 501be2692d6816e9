package dev.weakref.internal.reap;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/**
 * The event of a pass that has reaped something. Only {@link JfrReapEvents} may use it: it needs the flight recorder.
 */
@Name("weakref.Reap")
@Label("Reap")
@Description("Removal of dead entries or finalizers from a weak collection or a registry")
@Category("weakref")
@StackTrace(false)
@Threshold("1 ms")
public final class JfrReapEvent extends Event {

    @Label("What")
    @Description("Collection or registry")
    @Nullable String what;
}
