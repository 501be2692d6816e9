package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.chrono.MinguoDate;
import java.time.chrono.ThaiBuddhistDate;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Referents that have no identity of their own. */
class ValueBasedReferentTests {

    private static final Consumer<Object> NOTHING = gone -> {};

    private final FinalizerRegistry refusing =
            FinalizerRegistry.builder().refuseValueBased(true).build();

    @AfterEach
    void close() {
        refusing.close();
    }

    /** What takes a referent, each with a class that no other test uses, because each is warned of once. */
    private enum Use {
        REGISTRY(Year.now()) {
            @Override
            void of(Object referent) {
                try (FinalizerRegistry registry = FinalizerRegistry.create()) {
                    registry.register(referent, () -> {});
                }
            }
        },
        REFERENCE(YearMonth.now()) {
            @Override
            void of(Object referent) {
                WeakRef.of(referent);
            }
        },
        REFERENCE_WITH_CALLBACK(MinguoDate.now()) {
            @Override
            void of(Object referent) {
                WeakRef.of(referent, NOTHING::accept);
            }
        },
        PROXY(OffsetDateTime.now()) {
            @Override
            void of(Object referent) {
                WeakProxy.of(referent, Comparable.class);
            }
        },
        METHOD(LocalTime.now()) {
            @Override
            void of(Object referent) {
                WeakMethod.<Object, Runnable>of(referent, object -> object::notifyAll);
            }
        },
        VALUE(MonthDay.now()) {
            @Override
            void of(Object referent) {
                WeakValueMap.create().put("key", referent);
            }
        },
        COMPUTED_VALUE(ThaiBuddhistDate.now()) {
            @Override
            void of(Object referent) {
                WeakValueMap.create().computeIfAbsent("key", key -> referent);
            }
        },
        KEY(OffsetTime.now()) {
            @Override
            void of(Object referent) {
                WeakKeyMap.create().put(referent, "value");
            }
        },
        ELEMENT(Period.ZERO) {
            @Override
            void of(Object referent) {
                WeakSet.create().add(referent);
            }
        },
        ELEMENT_BY_IDENTITY(OptionalInt.of(1)) {
            @Override
            void of(Object referent) {
                WeakSet.identity().add(referent);
            }
        },
        SAMPLE(OptionalLong.of(1)) {
            @Override
            void of(Object referent) {
                WeakInterner.create().intern(referent);
            }
        };

        private final Object referent;

        Use(Object referent) {
            this.referent = referent;
        }

        abstract void of(Object referent);
    }

    @ParameterizedTest
    @EnumSource(Use.class)
    void aValueBasedReferentIsWarnedOfOnce(Use use) {
        try (LogLines log = new LogLines()) {
            use.of(use.referent);
            use.of(use.referent);

            assertThat(log.with("a " + use.referent.getClass().getName() + ", whose class is value-based"))
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Use.class)
    void anObjectWithIdentityIsNotWarnedOf(Use use) {
        try (LogLines log = new LogLines()) {
            use.of(new StringBuilder("x"));

            assertThat(log.with("value-based")).isEmpty();
        }
    }

    @Test
    void theStrongSideMayBeValueBased() {
        try (LogLines log = new LogLines()) {
            WeakValueMap.<Map.Entry<String, String>, Object>builder()
                    .refuseValueBased(true)
                    .build()
                    .put(Map.entry("x", "y"), this);
            WeakKeyMap.<Object, Map.Entry<String, String>>builder()
                    .refuseValueBased(true)
                    .build()
                    .put(this, Map.entry("x", "y"));

            assertThat(log.with("value-based")).isEmpty();
        }
    }

    @Test
    void aRegistryRefusesItByAnOption() {
        refused(() -> refusing.register(1, () -> {}));
        refused(() -> refusing.register(1, "state", state -> {}));
        refused(() -> refusing.finalizer(1).run(() -> {}));
        refused(() -> refusing.openScope("scope").finalizer(1).run(() -> {}));

        assertThat(refusing.stats().live()).isZero();
        assertThat(refusing.register(this, () -> {}).isAlive()).isTrue();
    }

    @Test
    void aMapRefusesAValueByAnOption() {
        WeakValueMap<String, Object> map =
                WeakValueMap.<String, Object>builder().refuseValueBased(true).build();
        map.put("old", this);

        refused(() -> map.put("new", 1));
        refused(() -> map.put("old", 1));
        refused(() -> map.replace("old", this, 1));
        refused(() -> map.computeIfAbsent("new", key -> 1));
        refused(() -> map.merge("old", this, (one, other) -> 1));
        refused(() -> map.copy().put("new", 1));

        assertThat(map).isEqualTo(Map.of("old", this));
    }

    @Test
    void aMapRefusesAKeyByAnOption() {
        WeakKeyMap<Object, String> map =
                WeakKeyMap.<Object, String>builder().refuseValueBased(true).build();

        refused(() -> map.put(1, "value"));
        refused(() -> map.compute(1, (key, old) -> "value"));
        refused(() -> map.copy().put(1, "value"));

        assertThat(map).isEmpty();
    }

    @Test
    void aMapRefusesACapturingValueAsWell() {
        WeakKeyMap<Object, Object> map = WeakKeyMap.<Object, Object>builder()
                .refuseValueBased(true)
                .checkCaptures(CaptureCheck.FAIL)
                .build();

        refused(() -> map.put(1, "value"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> map.put(this, new Object[] {this}))
                .withMessageContaining("is held by its own value");
    }

    @Test
    void aSetRefusesAnElementByAnOption() {
        WeakSet<Object> set =
                WeakSet.builder().identity().refuseValueBased(true).build();

        refused(() -> set.add(1));
        refused(() -> set.copy().add(1));

        assertThat(set).isEmpty();
    }

    @Test
    void theMessageSaysWhatToDo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> refusing.register(Optional.of("secret"), () -> {}))
                .withMessage("The referent is a java.util.Optional, whose class is value-based: such an object has no"
                        + " identity of its own, and may be collected while an equal one is in use, or never; use an"
                        + " object of another class as the referent, or leave out the option refuseValueBased of the"
                        + " registry or collection");
    }

    private static void refused(ThrowingCallable use) {
        assertThatIllegalArgumentException().isThrownBy(use).withMessageContaining("a java.lang.Integer, whose class");
    }
}
