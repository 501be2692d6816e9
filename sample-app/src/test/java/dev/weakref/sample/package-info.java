/** Unit tests run beside the classes; classes that end in {@code IT} start the packaged application or a database. */
@NullMarked
package dev.weakref.sample;

import org.jspecify.annotations.NullMarked;
