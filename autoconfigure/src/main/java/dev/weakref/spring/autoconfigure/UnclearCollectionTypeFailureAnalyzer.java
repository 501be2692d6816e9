package dev.weakref.spring.autoconfigure;

import dev.weakref.spring.collections.UnclearCollectionTypeException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;

/** Says which injection point it is, and both ways out. */
final class UnclearCollectionTypeFailureAnalyzer
        extends AbstractInjectionFailureAnalyzer<UnclearCollectionTypeException> {

    @Override
    protected FailureAnalysis analyze(
            Throwable rootFailure, UnclearCollectionTypeException cause, @Nullable String description) {
        String collection = cause.getCollection();
        String where = description != null ? description : "A bean";
        return new FailureAnalysis(
                where + " required a " + collection + " by a type that does not say what is in it: " + cause.getType()
                        + ".",
                "Write out the type arguments, for example " + cause.getExample() + ", to get the one that is"
                        + " shared by all injection points of this type, or define a bean of type " + collection
                        + " yourself.",
                rootFailure);
    }
}
