@NullMarked
package dev.weakref.internal.table;

import org.jspecify.annotations.NullMarked;
