package dev.weakref.faults.depth;

import dev.weakref.WeakKeyMap;
import dev.weakref.WeakSet;
import dev.weakref.WeakValueMap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** All operations that are tried, in parts that can be tried alone; the controls are a part of their own. */
enum Catalogue {
    VALUE_MAPS {
        @Override
        List<Operation> operations() {
            List<Operation> list =
                    new ArrayList<>(MapTrial.operations("WeakValueMap", WeakValueMap::<Key, Object>create));
            list.addAll(MapCatalogue.ofWeakValues("WeakValueMap"));
            return list;
        }
    },
    KEY_MAPS {
        @Override
        List<Operation> operations() {
            List<Operation> list = new ArrayList<>(MapTrial.operations("WeakKeyMap", WeakKeyMap::<Key, Object>create));
            list.addAll(MapCatalogue.ofWeakKeys("WeakKeyMap"));
            return list;
        }
    },
    OTHER_KEY_MAPS {
        @Override
        List<Operation> operations() {
            List<Operation> list =
                    new ArrayList<>(MapTrial.operations("WeakKeyMap by identity", WeakKeyMap::<Key, Object>identity));
            list.addAll(MapTrial.operations(
                    "WeakKeyMap that replaces keys",
                    () -> WeakKeyMap.<Key, Object>builder().replaceKeys(true).build()));
            return list;
        }
    },
    SETS {
        @Override
        List<Operation> operations() {
            List<Operation> list = new ArrayList<>(SetTrial.operations("WeakSet", WeakSet::<Key>create));
            list.addAll(SetTrial.operations("WeakSet by identity", WeakSet::<Key>identity));
            list.addAll(SetTrial.ofInterner());
            return list;
        }
    },
    REFERENCES {
        @Override
        List<Operation> operations() {
            return ReferenceTrial.operations();
        }
    },
    FINALIZERS {
        @Override
        List<Operation> operations() {
            List<Operation> list = new ArrayList<>(FinalizerTrial.operations());
            list.addAll(ClosingTrial.operations());
            list.addAll(GuardTrial.operations());
            list.addAll(TempFilesTrial.operations());
            return list;
        }
    },
    RECORDS {
        @Override
        List<Operation> operations() {
            return RecordTrial.operations();
        }
    },
    CONTROLS {
        @Override
        List<Operation> operations() {
            List<Operation> list =
                    new ArrayList<>(MapTrial.operations("ConcurrentHashMap", ConcurrentHashMap<Key, Object>::new));
            list.addAll(CleanerTrial.operations());
            return list;
        }
    };

    abstract List<Operation> operations();
}
