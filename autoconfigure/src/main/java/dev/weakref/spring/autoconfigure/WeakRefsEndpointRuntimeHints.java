package dev.weakref.spring.autoconfigure;

import dev.weakref.spring.endpoint.WeakRefsDescriptor;
import dev.weakref.spring.endpoint.WeakRefsDescriptor.FinalizerDescriptor;
import dev.weakref.spring.endpoint.WeakRefsEndpointWebExtension.Problem;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** What the endpoint reads and writes: its page, and answers whose types its methods do not name. */
final class WeakRefsEndpointRuntimeHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        hints.resources().registerPattern("dev/weakref/spring/endpoint/weakrefs.*");
        new BindingReflectionHintsRegistrar()
                .registerReflectionHints(
                        hints.reflection(), WeakRefsDescriptor.class, FinalizerDescriptor.class, Problem.class);
    }
}
