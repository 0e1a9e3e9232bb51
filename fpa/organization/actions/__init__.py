"""Every write of 组织建设管理, one function a business verb."""
