/**
 * The Actuator endpoint {@code weakrefs}: the registries, finalizers, leaks and weak collections of one context, as
 * JSON and as a page for browsers; and what Actuator's {@code info} and {@code health} say of the registries.
 *
 * <p>A request passes the web extension, the endpoint, a filter, a page of finalizers and a describer; the answer is a
 * descriptor of words and numbers. Knows Actuator, and of this module the packages {@code collections} and
 * {@code lifecycle}, whose singletons it lists.
 */
@NullMarked
package dev.weakref.spring.endpoint;

import org.jspecify.annotations.NullMarked;
