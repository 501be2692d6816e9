/**
 * What answers have in common: the content security policy, and problem details for malformed addresses and for a
 * database that does not answer. Nothing in here is about weakref.
 */
@NullMarked
package dev.weakref.sample.web;

import org.jspecify.annotations.NullMarked;
