package dev.weakref;

import dev.weakref.internal.reap.Reaper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The state that the tests of a weak map begin with. */
abstract class MapFixture implements MapContract {

    private final Reaper reaper = SimulatedCollector.idleReaper();
    private final List<Object> held = Collections.synchronizedList(new ArrayList<>());

    @Override
    public Reaper reaper() {
        return reaper;
    }

    @Override
    public <T> T hold(T object) {
        held.add(object);
        return object;
    }
}
