/**
 * A picture service that uses the starter as a user would: decoded pictures are shared for as long as somebody
 * works on them, and what an open workspace holds outside the heap goes with it.
 */
@NullMarked
package dev.weakref.sample;

import org.jspecify.annotations.NullMarked;
