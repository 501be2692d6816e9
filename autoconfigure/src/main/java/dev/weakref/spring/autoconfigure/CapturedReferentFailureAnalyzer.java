package dev.weakref.spring.autoconfigure;

import dev.weakref.CapturedReferentException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.util.StringUtils;

/** Shows by which path an object is held, and the way out. */
final class CapturedReferentFailureAnalyzer extends AbstractFailureAnalyzer<CapturedReferentException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, CapturedReferentException cause) {
        return new FailureAnalysis(cause.getMessage(), StringUtils.capitalize(cause.advice()) + ".", rootFailure);
    }
}
