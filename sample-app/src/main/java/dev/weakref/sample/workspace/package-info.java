/**
 * What users open and close: a workspace with its directory, lease and connection, which go with it.
 *
 * <p>{@code Workspace} shows a scope of finalizers at work, {@code WorkspaceHistory} a listener. Knows {@code picture}
 * and {@code postgres}.
 */
@NullMarked
package dev.weakref.sample.workspace;

import org.jspecify.annotations.NullMarked;
