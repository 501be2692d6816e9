/**
 * Application listeners that do not keep their owner alive, for objects that are no beans.
 *
 * <p>Knows weakref, Spring's events, and no other package of this module.
 */
@NullMarked
package dev.weakref.spring.listeners;

import org.jspecify.annotations.NullMarked;
