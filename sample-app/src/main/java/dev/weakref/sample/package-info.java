/**
 * A picture service that uses the starter as a user would: decoded pictures are shared for as long as somebody
 * works on them, and what an open workspace holds outside the heap goes with it.
 *
 * <p>Read {@code workspace.Workspace} first, which owns what has to be cleared away, then {@code workspace.Workspaces},
 * which opens it, {@code picture.Pictures}, which shares the pictures, and {@code application.yaml}. The rest is what
 * any web application has. This package knows none of its subjects; they know {@code DataDirectory},
 * {@code SampleProperties} and {@code RefusedException} from here.
 */
@NullMarked
package dev.weakref.sample;

import org.jspecify.annotations.NullMarked;
