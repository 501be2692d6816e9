package dev.weakref.sample.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;

class WorkspaceControllerTests {

    @Test
    void workspaceWhoseStateCannotBeToldIsClosedAndInNoSession() throws IOException, SQLException {
        Workspaces workspaces = mock(Workspaces.class);
        Workspace workspace = mock(Workspace.class);
        when(workspaces.open("cat")).thenReturn(workspace);
        when(workspace.state()).thenThrow(new SQLException("the database has gone"));
        WorkspaceController controller = new WorkspaceController(workspaces, new WorkspaceHistory());
        MockHttpServletRequest request = new MockHttpServletRequest();

        assertThatThrownBy(() -> controller.open(new WorkspaceController.OpenWorkspaceRequest("cat", null), request))
                .hasMessage("the database has gone");

        verify(workspace).close();
        assertThat(request.getSession(false)).isNull();
    }
}
