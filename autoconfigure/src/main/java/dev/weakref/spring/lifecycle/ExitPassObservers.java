package dev.weakref.spring.lifecycle;

import dev.weakref.ExitReport;
import dev.weakref.FinalizerRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The observers of a context. No method throws, even if memory is exhausted or the classes of an observer are gone: the
 * pass is more important than what observes it.
 *
 * <p><b>Why this works.</b> {@link #contextCloses} writes the fields under the lock of the life cycle. It starts the
 * thread of the pass after that, which is the only one to read them; or it runs the pass itself.
 */
final class ExitPassObservers {

    private static final Log log = LogFactory.getLog(ExitPassObservers.class);

    private Map<String, String> names = Map.of();
    private List<ExitPassObserver> observers = List.of();
    private boolean told;

    /** Goes through all of it, with nothing to observe, so that all classes of it are loaded. */
    void rehearse(Map<String, FinalizerRegistry> none, ConfigurableListableBeanFactory nothing) {
        contextCloses(none, nothing);
        observers = List.of(registry -> (report, failure) -> {});
        told = false;
        passEnded(passBegins(""), null, null);
    }

    /**
     * Looks for them, and tells them that the context closes.
     *
     * @param registries what will be closed, by the name of the bean
     */
    void contextCloses(Map<String, FinalizerRegistry> registries, ConfigurableListableBeanFactory beanFactory) {
        try {
            names = RegistryNames.of(registries);
            observers = new ArrayList<>(
                    LocalSingletons.of(ExitPassObserver.class, beanFactory).values());
        } catch (Throwable failure) {
            warn(failure);
        }
        boolean again = told; // a first attempt has not started the pass
        told = true;
        for (int i = 0; i < observers.size() && !again; i++) { // no iterator: nothing is allocated out here
            try {
                observers.get(i).onClose();
            } catch (Throwable failure) {
                warn(failure);
            }
        }
    }

    /** The name of the registry that is this bean, as at the endpoint. */
    String nameOf(String bean) {
        return names.getOrDefault(bean, bean);
    }

    /** Tells them that the pass of this bean begins; returns what {@link #passEnded} tells of its end. */
    List<ExitPassObserver.End> passBegins(String bean) {
        List<ExitPassObserver.End> ends = List.of();
        for (int i = 0; i < observers.size(); i++) {
            try {
                ends = ends.isEmpty() ? new ArrayList<>() : ends;
                ends.add(observers.get(i).onBegin(nameOf(bean)));
            } catch (Throwable failure) {
                warn(failure);
            }
        }
        return ends;
    }

    static void passEnded(List<ExitPassObserver.End> ends, @Nullable ExitReport report, @Nullable Throwable failure) {
        for (int i = 0; i < ends.size(); i++) {
            try {
                ends.get(i).onEnd(report, failure);
            } catch (Throwable failureOfTheObserver) {
                warn(failureOfTheObserver);
            }
        }
    }

    private static void warn(Throwable failure) {
        try {
            log.warn("An observer of the exit pass failed; the pass continues", failure);
        } catch (Throwable cannotBeLogged) {
            // Nothing else could tell of it.
        }
    }
}
