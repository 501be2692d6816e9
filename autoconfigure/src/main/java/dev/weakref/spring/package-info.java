/**
 * What a Spring application context adds to weakref, one package for each feature:
 *
 * <ul>
 *   <li>{@code lifecycle}: the exit pass when the context closes, and the destruction of prototype beans
 *   <li>{@code collections}: weak collections shared by type and qualifier
 *   <li>{@code endpoint}: a view of what is live, for operators
 *   <li>{@code metrics}: meters, and gauges that keep nothing alive
 *   <li>{@code listeners}: application listeners that keep nothing alive
 * </ul>
 *
 * <p>None of these knows of auto-configuration: {@code autoconfigure} wires their classes, and an application may do so
 * itself. {@code endpoint} and {@code metrics} know {@code collections} and {@code lifecycle}, and no other feature
 * knows another one. This package itself is empty.
 */
@NullMarked
package dev.weakref.spring;

import org.jspecify.annotations.NullMarked;
