/**
 * What a workspace has in PostgreSQL alone: a connection of its own, which is scarce and so needs a permit.
 *
 * <p>Knows {@code picture}, whose uploads it tells other runs of, and no workspace, so that finalizers can hold it.
 */
@NullMarked
package dev.weakref.sample.postgres;

import org.jspecify.annotations.NullMarked;
