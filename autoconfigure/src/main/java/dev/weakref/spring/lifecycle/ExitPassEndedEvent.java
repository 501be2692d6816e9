package dev.weakref.spring.lifecycle;

import dev.weakref.ExitReport;

/**
 * Published once for each registry when its exit pass has ended, while all beans still work.
 *
 * <p>Listeners are called in the thread of the exit pass and count towards its time. Not published when a refresh
 * failed: its listeners may never have been made. One of a child context reaches the listeners of its parents as well,
 * as all events do.
 *
 * @param registry the name of the registry
 * @param beanName the bean that is the registry
 * @param report what its exit pass did
 * @since 0.1
 */
public record ExitPassEndedEvent(String registry, String beanName, ExitReport report) {}
