/**
 * Deletes files and directory trees safely. It knows no other package of the library.
 *
 * <p><b>Overview.</b> {@link DeletionTarget} checks a path when it is bound to an owner: it resolves the symbolic links
 * above the last name, and refuses roots, the working directory and ambiguous uses of {@code ..}. Just before the
 * deletion it checks that the path still means the same.
 *
 * <p>{@link TreeDeletion} then walks the tree without recursion, so that depth costs memory and no stack. It deletes by
 * names relative to an {@link OpenDirectory}, which never follows a link, not even one that another process puts there
 * during the deletion, if the file system has a {@link java.nio.file.SecureDirectoryStream}. Few directories are open
 * at once; upper ones are closed and opened again. A failure does not end the deletion: it is collected, and the first
 * one is thrown at the end.
 */
@NullMarked
package dev.weakref.internal.deletion;

import org.jspecify.annotations.NullMarked;
