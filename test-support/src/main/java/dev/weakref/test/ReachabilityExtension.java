package dev.weakref.test;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link ReachabilityWatcher}, and has it look when the test is over and JUnit has closed everything
 * else.
 *
 * <p>The watcher is a parameter, and no static method that finds out which test is running: so a test may call it in
 * any thread, tests may run in parallel, and a test that lacks the extension fails with JUnit's own words.
 *
 * @since 0.1
 */
public final class ReachabilityExtension implements ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(ReachabilityExtension.class);

    /** For JUnit. */
    public ReachabilityExtension() {}

    /** So that a constructor is given the watcher of the test that the instance is for. */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == ReachabilityWatcher.class;
    }

    @Override
    public ReachabilityWatcher resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(
                        context.getUniqueId(), id -> new Watched(new ReachabilityWatcher()), Watched.class)
                .watcher;
    }

    /**
     * A watcher in the store of a test, which closes it after the test: JUnit 5 the one, JUnit 6 the other closeable.
     */
    private record Watched(ReachabilityWatcher watcher) implements CloseableResource, AutoCloseable {

        @Override
        public void close() {
            watcher.check();
        }
    }
}
